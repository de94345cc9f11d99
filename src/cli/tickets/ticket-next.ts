// What can be done with a ticket next, from where it is.
import { shell } from '../../platform/shell-quote.js';
import { isLink } from '../stages/links.js';
import { isComplete, isFailed, LINE, nameOf } from './steps.js';
import { liveSubtickets, type WholeTicket } from './whole-ticket.js';

/** A command or an address, and what it does or shows. */
type Said = readonly [what: string, says: string];

export interface NextSteps {
  /** What stands in the way of a promotion. */
  readonly blockers: readonly string[];
  readonly actions: readonly Said[];
  readonly links: readonly Said[];
}

export function nextSteps(ticket: WholeTicket, url: string): NextSteps {
  return {
    blockers: blockersOf(ticket),
    actions: ticket.closed_at === null ? actionsOf(ticket) : [[shell`stamp reopen ${ticket.key}`, 'it is closed']],
    links: linksOf(ticket, url),
  };
}

/** Only of those that carry modules: the others go nowhere. A failure stands on the page already. */
function blockersOf({ stage, closed_at, why }: WholeTicket): readonly string[] {
  if (stage === null || closed_at !== null || why.next_stage === null) return [];
  return why.verdicts
    .filter(({ verdict, policy }) => !verdict.startsWith('pass') && !(policy === 'steps' && verdict === 'failed'))
    .map(({ summary }) => summary);
}

function actionsOf(ticket: WholeTicket): readonly Said[] {
  if (isFailed(ticket)) return afterFailure(ticket);
  return [...stageActions(ticket), ...stepActions(ticket)];
}

function stageActions({ key, stage, why }: WholeTicket): readonly Said[] {
  if (stage === null) return [];
  if (why.next_stage === null) return [[shell`stamp revert ${key}`, 'takes it out of production']];
  return why.promotable
    ? [[shell`stamp promote ${key}`, `brings it to ${why.next_stage}`]]
    : [[shell`stamp why ${key}`, 'what to do about it']];
}

function stepActions(ticket: WholeTicket): readonly Said[] {
  if (isComplete(ticket)) return ticket.stage === null ? [[shell`stamp close ${ticket.key}`, 'it is complete']] : [];
  const next = LINE[LINE.indexOf(ticket.current_workflow_step) + 1];
  if (next === undefined) return [];
  if (next === '1000') return [[shell`stamp complete ${ticket.key}`, 'it is done']];
  return [[shell`stamp status ${ticket.key} ${next}`, `on to ${nameOf(next)}`]];
}

/** A subticket's failure is undone by a new upload, or by the subticket; the ticket's own by going back to where it was. */
function afterFailure(ticket: WholeTicket): readonly Said[] {
  const culprit = liveSubtickets(ticket).find(isFailed);
  const upload = culprit?.source_package_upload;
  if (upload)
    return [
      [`${shell`stamp sub add ${ticket.key} ${upload.sourcepackage.name}`} <version>`, 'a new upload takes its place'],
    ];
  if (culprit) return [[shell`stamp sub status ${culprit.id} 200`, 'tries the subticket again']];
  const step = ticket.failed_at_step ?? ticket.current_workflow_step;
  return step === '999' ? [] : [[shell`stamp status ${ticket.key} ${step}`, `tries ${nameOf(step)} again`]];
}

const isPage = (url: string): boolean => !new URL(url).pathname.endsWith('/import-map.json');

function linksOf({ key, stage, why, preview }: WholeTicket, url: string): readonly Said[] {
  const map = stage === null || why.next_stage === null || why.closed ? undefined : preview[stage];
  return [
    ...(map !== undefined && isLink(map)
      ? [
          [
            map,
            isPage(map) ? 'the application with it' : `its import map; pages show it with ${new URL(map).search}`,
          ] as const,
        ]
      : []),
    [`${url}/stream?ticket=${encodeURIComponent(key)}`, 'what happens to it, live'],
  ];
}
