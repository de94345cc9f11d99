// The policy `steps`: the ticket isn't failed, no live subticket is failed or unfinished (promotion.md, "Policies").
import type { Failure, FailureKind } from '../../workflow/failure.js';
import { isSubticketComplete } from '../../workflow/roll-up.js';
import { FAILED, PACKAGE_BUILDING, QUEUED, STATUS_WAITING, statusText } from '../../workflow/steps.js';
import { type NextAction, requestAction, summaryOf, type Verdict } from './verdict.js';

export interface StepsFacts {
  readonly ticketKey: string;
  readonly ticketId: number;
  readonly failed: boolean;
  readonly failure: Failure | null;
  /** The live ones. */
  readonly subtickets: readonly {
    readonly id: number;
    readonly name: string;
    readonly step: number;
    readonly status: number;
    readonly failed: boolean;
  }[];
}

/**
 * @param since when it came to be so, ISO 8601
 * @param base the URL that the client calls us by, without a slash at its end
 */
export function stepsVerdict(facts: StepsFacts, since: string, base: string): Verdict {
  const verdict = { policy: 'steps', since };
  const failed = facts.subtickets.filter((subticket) => subticket.failed);
  if (facts.failed && (failed.length === 0 || facts.failure?.cause === 'reported')) {
    return { ...verdict, ...ticketFailed(facts, base) };
  }
  if (failed.length > 0) return { ...verdict, ...subticketsFailed(facts, failed, base) };
  const open = facts.subtickets.filter((subticket) => !isSubticketComplete(subticket));
  if (open.length > 0) return { ...verdict, ...subticketsOpen(facts, open, base) };
  const summary = summaryOf(`${facts.ticketKey} has not failed, and no subticket is failed or unfinished.`);
  return { ...verdict, verdict: 'pass', code: 'steps.fine', summary, actor: 'you', next_actions: [] };
}

type Part = Omit<Verdict, 'policy' | 'since'>;
type Subtickets = StepsFacts['subtickets'];

function ticketFailed({ ticketKey, ticketId, failure }: StepsFacts, base: string): Part {
  const where = failure?.step ? ` at ${failure.step}` : '';
  return {
    verdict: 'failed',
    code: 'steps.ticket_failed',
    summary: summaryOf(`${ticketKey} failed${where}: ${failure?.summary ?? 'no reason was given'}`),
    actor: actorFor(failure?.kind ?? null),
    next_actions: [
      retry(
        'status',
        `Retry ${ticketKey}`,
        `/api/v1/updateticketstatus/${ticketId}/`,
        failure?.step ?? String(QUEUED),
        base,
      ),
      show('history', 'What happened', `/api/v1/ticket/${ticketId}/history/`, base),
    ],
  };
}

function subticketsFailed(facts: StepsFacts, failed: Subtickets, base: string): Part {
  const [first] = failed as [Subtickets[number]];
  const why = facts.failure?.subticket === first.id && facts.failure.summary ? `: ${facts.failure.summary}` : '.';
  return {
    verdict: 'failed',
    code: 'steps.subticket_failed',
    summary: summaryOf(`${counted(failed, 'failed')}${why}`),
    actor: actorFor(facts.failure?.kind ?? null),
    next_actions: failed.slice(0, MOST_ACTIONS).map(({ id, name, step }) => {
      const from = String(step === FAILED ? PACKAGE_BUILDING : step);
      return retry('subticket_status', `Retry ${name}`, `/api/v1/updatesubticketstatus/${id}/`, from, base);
    }),
  };
}

function subticketsOpen(facts: StepsFacts, open: Subtickets, base: string): Part {
  return {
    verdict: 'waiting',
    code: 'steps.subticket_unfinished',
    summary: summaryOf(`${counted(open, 'not complete yet')}.`),
    actor: 'upstream',
    next_actions: [show('subtickets', 'The subtickets', `/api/v1/subticket/?ticket=${facts.ticketId}`, base)],
  };
}

const MOST_ACTIONS = 5;

/** `Subticket 3 (nav) is failed`, `Subtickets 3 (nav) and 2 more are failed`. */
function counted(subtickets: Subtickets, state: string): string {
  const [first] = subtickets as [Subtickets[number]];
  const more = subtickets.length - 1;
  return more === 0
    ? `Subticket ${first.id} (${first.name}) is ${state}`
    : `Subticket ${first.id} (${first.name}) and ${more} more are ${state}`;
}

const actorFor = (kind: FailureKind | null): string => (kind === 'infra' || kind === 'timeout' ? 'infra' : 'you');

const retry = (
  verb: 'status' | 'subticket_status',
  label: string,
  path: string,
  step: string,
  base: string,
): NextAction =>
  requestAction(label, 'status:write', {
    verb,
    method: 'PATCH',
    base,
    path,
    body: { current_workflow_step: step, status: statusText(STATUS_WAITING) },
  });

const show = (verb: 'history' | 'subtickets', label: string, path: string, base: string): NextAction =>
  requestAction(label, 'read', { verb, method: 'GET', base, path });
