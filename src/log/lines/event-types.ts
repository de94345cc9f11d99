// Every type of event that the server itself appends: how loud it is, and what it tells. A type that isn't here doesn't compile
// (append-event.ts). Who posts events can use none of them, nor another with the same first word: it would be taken for the
// server's own (stream/ingest/incoming.ts). docs/EVENTS.md is made of it.

export type Severity = 'info' | 'warn' | 'error';

/** A detail is a part of something larger that has a line of its own: the stream sends it only to who asks for it. */
type EventType = readonly [severity: Severity, about: string, detail?: 'detail'];

/** Resources whose rows are made, changed and deleted. */
export const RESOURCES = [
  'binarypackage',
  'branch',
  'membership',
  'mergeproposal',
  'person',
  'personmember',
  'project',
  'sourcepackage',
  'spu',
  'subticket',
  'subticketartifact',
  'testresult',
  'testsuite',
  'ticket',
  'ticketartifact',
  'ticketcomponent',
  'ticketlink',
  'ticketperson',
] as const;

/** Of these, what is a part of something larger: what happens to its rows is a detail. */
export const PARTS: readonly string[] = [
  'binarypackage',
  'sourcepackage',
  'spu',
  'subticketartifact',
  'ticketartifact',
  'ticketcomponent',
  'ticketlink',
  'ticketperson',
] satisfies (typeof RESOURCES)[number][];

/** What happens to a row of each of them. */
export const ROW_CHANGES = {
  created: 'It was created.',
  changed: 'Its fields were changed; data has them before and after.',
  deleted: 'It was deleted.',
} as const;

export const EVENT_TYPES = {
  'command.asked': ['info', 'A chat command waits for a confirmation.'],
  'command.refused': ['warn', 'A chat command was refused.'],
  'command.run': ['info', 'A chat command was run.'],
  'package_list.replaced': ['info', 'The package list of a project was replaced.'],
  'quota.nearly_reached': ['warn', 'A project or an owner uses 80 % of a quota.'],
  'quota.reached': ['warn', 'A project or an owner has used up a quota.'],
  'release.created': ['info', 'Production was written without a ticket, as by import-map-deployer.'],
  'release.rolled_back': ['warn', 'Production was made equal to an earlier release.'],
  'spu.files_added': ['info', 'Files were added to a source package upload.', 'detail'],
  'stage.locked': ['warn', 'Nothing is promoted to the stage until it is unlocked.'],
  'stage.unlocked': ['info', 'The stage is open again.'],
  'subticket.reinstated': ['info', 'The subticket that superseded it was deleted, so it is live again.'],
  'subticket.status_changed': ['info', 'Its status changed. An error when it became 999.', 'detail'],
  'subticket.step_changed': ['info', 'Its step changed. An error when it failed.'],
  'subticket.superseded': ['info', 'A newer upload took its place.', 'detail'],
  'ticket.approval_withdrawn': ['info', 'A person withdrew an approval or a reject.'],
  'ticket.approvals_voided': ['info', 'Its modules changed, so its approvals no longer count.'],
  'ticket.approved': ['info', 'A person approved the revision for a stage.'],
  'ticket.closed': ['info', 'The ticket was closed.'],
  'ticket.held': ['warn', 'The ticket stays where it is until it is unheld.'],
  'ticket.imports_forced': ['warn', 'It was promoted although imports of its modules do not resolve.'],
  'ticket.modules_changed': ['info', 'Its modules changed: a new revision.'],
  'ticket.overridden': ['warn', 'A policy is overridden for a stage and a revision.'],
  'ticket.override_withdrawn': ['info', 'An override was withdrawn.'],
  'ticket.preview_key_renewed': ['info', 'Links with its earlier preview key no longer show it.'],
  'ticket.promoted': ['info', 'It reached the next stage; with a release where that is production.'],
  'ticket.rebased': ['info', 'Its keys were compared with production as it is now.'],
  'ticket.rejected': ['warn', 'A person rejected the revision for a stage.'],
  'ticket.reopened': ['info', 'The ticket is open again.'],
  'ticket.reverted': [
    'warn',
    'It went back a stage, or to an earlier revision; with a release where it was in production.',
  ],
  'ticket.stamped': ['info', 'It has modules from now on.'],
  'ticket.status_changed': ['info', 'Its status changed. An error when it became 999.'],
  'ticket.step_changed': ['info', 'Its step changed. An error when it failed.'],
  'ticket.suspended': ['info', 'A revert or a rollback took it out of production with another.'],
  'ticket.unheld': ['info', 'The hold of the ticket was lifted.'],
  'token.created': ['info', 'A token was made.'],
  'token.revoked': ['info', 'A token was revoked.'],
  'token.rotated': ['info', 'A token was replaced, and is valid for one more day.'],
} as const satisfies Readonly<Record<string, EventType>>;

type Named = keyof typeof EVENT_TYPES;
type Moved = 'step_changed' | 'status_changed';

/** What the server says by itself. Resources and what moves are called by names that are known when it runs. */
export type OwnType = Named | `${string}.${keyof typeof ROW_CHANGES | Moved}`;

const ofRows = RESOURCES.flatMap((name) => Object.keys(ROW_CHANGES).map((what) => `${name}.${what}`));

export const OWN_TYPES: ReadonlyMap<string, Severity> = new Map([
  ...ofRows.map((type): [string, Severity] => [type, 'info']),
  ...Object.entries(EVENT_TYPES).map(([type, [severity]]): [string, Severity] => [type, severity]),
]);

const DETAILS: ReadonlySet<string> = new Set([
  ...PARTS.flatMap((name) => Object.keys(ROW_CHANGES).map((what) => `${name}.${what}`)),
  ...Object.entries<EventType>(EVENT_TYPES).flatMap(([type, [, , detail]]) => (detail ? [type] : [])),
]);

/** Whether such an event is a detail: what goes wrong never is. What is made as a part of a bundle is one too, whatever its type. */
export const isDetail = (type: string, severity: Severity = 'info'): boolean =>
  severity === 'info' && DETAILS.has(type);

/** Rooms of the server that may say something of their own one day. */
const OURS_TOO = ['artifact', 'module', 'map', 'stream', 'event', 'stampline'];
const FIRST_WORDS = new Set([...[...OWN_TYPES.keys()].map(firstWord), ...OURS_TOO]);

/** True where a reader would take it for one of the server's own, whatever its case. */
export const readsAsOwn = (type: string): boolean => FIRST_WORDS.has(firstWord(type));

function firstWord(type: string): string {
  return (/^[\w-]*(?=[^\w-])/.exec(type)?.[0] ?? '').toLowerCase();
}
