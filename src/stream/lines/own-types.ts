// Every type of event that the server itself appends, and how loud it is. Who posts events can use none of them, nor another
// with the same first word: it would be taken for the server's own (stream/ingest/incoming.ts).

export type Severity = 'info' | 'warn' | 'error';

/** Resources whose rows are made, changed and deleted. */
const RESOURCES = [
  'binarypackage',
  'branch',
  'mergeproposal',
  'person',
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
];

const INFO = [
  ...RESOURCES.flatMap((name) => ['created', 'changed', 'deleted'].map((what) => `${name}.${what}`)),
  ...['ticket', 'subticket'].flatMap((name) => [`${name}.step_changed`, `${name}.status_changed`]),
  ...['subticket.superseded', 'subticket.reinstated', 'spu.files_added', 'package_list.replaced'],
  ...[
    'stamped',
    'modules_changed',
    'preview_key_renewed',
    'promoted',
    'rebased',
    'unstamped',
    'suspended',
    'unheld',
    'closed',
    'reopened',
  ].map((what) => `ticket.${what}`),
  ...['release.created', 'stage.unlocked', 'command.run', 'command.asked'],
  ...['token.created', 'token.rotated', 'token.revoked'],
];
const WARN = [
  'ticket.reverted',
  'ticket.held',
  'ticket.imports_forced',
  'release.rolled_back',
  'stage.locked',
  'command.refused',
];
const QUOTA = ['quota.nearly_reached', 'quota.reached'];

export const OWN_TYPES: ReadonlyMap<string, Severity> = new Map([
  ...INFO.map((type): [string, Severity] => [type, 'info']),
  ...[...WARN, ...QUOTA].map((type): [string, Severity] => [type, 'warn']),
]);

/** Rooms of the server that may say something of their own one day. */
const OURS_TOO = ['artifact', 'module', 'map', 'stream', 'event', 'stampline'];
const FIRST_WORDS = new Set([...[...OWN_TYPES.keys()].map(firstWord), ...OURS_TOO]);

/** True where a reader would take it for one of the server's own, whatever its case. */
export const readsAsOwn = (type: string): boolean => FIRST_WORDS.has(firstWord(type));

function firstWord(type: string): string {
  return (/^[\w-]*(?=[^\w-])/.exec(type)?.[0] ?? '').toLowerCase();
}
