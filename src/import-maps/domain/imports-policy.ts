// The policy `imports`: what pages load resolves in the map that a promotion makes (promotion.md, "Policies"). It stops only what
// gets worse: an import that leads somewhere in production and no longer would, and a new one that a page can't do without.
import { redacted } from '../../platform/redact.js';
import type { Fault, Walked } from './import-walk.js';
import {
  type NextAction,
  requestAction,
  summaryOf,
  type Verdict,
  type VerdictCode,
} from '../../promotion/domain/verdict.js';

export interface ImportsFacts {
  readonly ticketKey: string;
  readonly ticketId: number;
  /** The stage that comes next, for which the map is made. */
  readonly next: string;
  /** Where the ticket is frozen: the stage before, in which its modules can be changed. */
  readonly before?: string;
  /** Of the merged map. */
  readonly walked: Walked;
  /** Of production's, from the same roots; left out where nothing leads nowhere in the merged one. */
  readonly production?: Walked;
}

/** Who goes past it, and why. */
export interface Forced {
  readonly actor: string;
  readonly reason: string;
}

/**
 * @param since when the ticket came to be so, ISO 8601
 * @param base the URL that the client calls us by, without a slash at its end
 */
export function importsVerdict(facts: ImportsFacts, since: string, base: string): Verdict {
  const { walked, ticketKey } = facts;
  const [worst, ...others] = blocking(facts);
  if (worst) {
    return {
      ...verdict(since, 'imports.unresolved', nowhereText(worst, others.length)),
      verdict: 'blocked',
      next_actions: actions(facts, base),
    };
  }
  const more = walked.faults.length - 1;
  const beyond = walked.cut ? ` ${MORE_LOADED}` : '';
  const [unjudged] = undecided(facts);
  if (unjudged) return verdict(since, 'imports.cut', `${nowhereText(unjudged, more)}; ${PRODUCTION_CUT}${beyond}`);
  const [fault] = walked.faults;
  if (fault)
    return verdict(
      since,
      walked.cut ? 'imports.cut' : 'imports.known',
      `${nowhereText(fault, more)}; ${why(fault, facts)}${beyond}`,
    );
  if (walked.cut) return verdict(since, 'imports.cut', `Every import that was checked resolves. ${MORE_LOADED}`);
  const [unknown] = walked.unknown;
  if (unknown !== undefined) {
    const count = walked.unknown.length;
    const rest = count > 1 ? ` and ${count - 1} more` : '';
    return verdict(
      since,
      'imports.unseen',
      `Every known import resolves. What ${unknown}${rest} imports is not known.`,
    );
  }
  return verdict(since, 'imports.resolved', `Every import of the pages with ${ticketKey} resolves.`);
}

/** A blocked verdict that somebody goes past; any other as it is. */
export function overridden(given: Verdict, { actor, reason }: Forced): Verdict {
  if (given.policy !== 'imports' || given.verdict !== 'blocked') return given;
  const summary = summaryOf(`Forced by ${actor}: ${reason}. It was: ${given.summary}`);
  return { ...given, verdict: 'pass_overridden', summary, next_actions: [] };
}

const verdict = (since: string, code: VerdictCode, summary: string): Verdict => ({
  policy: 'imports',
  verdict: 'pass',
  code,
  summary: summaryOf(summary),
  actor: 'you',
  since,
  next_actions: [],
});

const MORE_LOADED = 'Pages load more than was checked.';
const PRODUCTION_CUT = 'production loads more than was checked, so it is not known whether that is new.';

/** What production resolves and the merged map doesn't, and new imports that pages need at once. */
function blocking(facts: ImportsFacts): Fault[] {
  const { walked, production } = facts;
  const isNew = (fault: Fault): boolean => !fault.dynamic && !production?.cut && !isKnown(fault, facts);
  return walked.faults.filter((fault) => production?.sound.has(fault.edge) || isNew(fault));
}

/** Perhaps they are in production, perhaps they lead somewhere there: it has more than was looked at. */
const undecided = (facts: ImportsFacts): Fault[] =>
  facts.production?.cut ? facts.walked.faults.filter((fault) => !isKnown(fault, facts)) : [];

const isKnown = ({ edge }: Fault, { production }: ImportsFacts): boolean => production?.nowhere.has(edge) ?? false;

const why = (fault: Fault, facts: ImportsFacts): string =>
  isKnown(fault, facts) ? 'production has the same fault.' : 'it is imported dynamically, so pages start without it.';

const nowhereText = (fault: Fault, more: number): string => `${chainText(fault)} does not resolve${moreText(more)}`;

/** `main.js → zz.js → ./gone.js`; the end of it is what matters. */
function chainText({ chain }: Fault): string {
  const said = chain().map((one) => (one.length > 60 ? `…${redacted(one).slice(-59)}` : one));
  return said.length <= 4 ? said.join(' → ') : [said[0], '…', ...said.slice(-2)].join(' → ');
}

const moreText = (count: number): string => (count === 0 ? '' : `, and ${count} more`);

function actions({ ticketKey, ticketId, next, before }: ImportsFacts, base: string): NextAction[] {
  const path = (verb: string): string => `/api/v1/ticket/${ticketId}/${verb}/`;
  const thaw = { verb: 'revert', method: 'POST', base, path: path('revert') } as const;
  const force = {
    verb: 'promote',
    method: 'POST',
    base,
    path: path('promote'),
    body: { force: ['imports'], reason: 'checked by hand' },
  } as const;
  return [
    ...(before
      ? [requestAction(`Revert ${ticketKey} to ${before}, where it can be changed`, `map:${before}`, thaw)]
      : []),
    requestAction('Promote it anyway, with a reason', `map:${next}`, force),
  ];
}
