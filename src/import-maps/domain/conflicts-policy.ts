// The policy `conflicts`: no stale key, and overlaps as the project says (import-maps.md, section 1; promotion.md).
import { keyText, type MapKey, wireKey } from './map-key.js';
import { type NextAction, requestAction, summaryOf, type Verdict } from '../../promotion/domain/verdict.js';

export interface KeyInConflict {
  readonly key: MapKey;
  /** `TKT-9`; null for a direct write. */
  readonly otherTicket: string | null;
}

export interface StaleFact extends KeyInConflict {
  /** Of a key that is as production had it once: the release that changed it, null where nobody knows. Else absent. */
  readonly past?: { readonly release: number | null };
}

/** One that is as production had it once. */
export type PastFact = Required<StaleFact>;

export interface ConflictsFacts {
  readonly ticketKey: string;
  readonly ticketId: number;
  /** Keys that somebody else released since the ticket changed them, and keys that are as production had them once. */
  readonly stale: readonly StaleFact[];
  /** Where the ticket is frozen: the stage that it is in, and the one before, in which it can be changed. */
  readonly frozen?: { readonly stage: string; readonly before: string };
  /** Keys that another open ticket changes too. */
  readonly overlaps: readonly KeyInConflict[];
  readonly overlapMode: 'warn' | 'block';
}

/** Keys that one command names at most; the next answer has the rest. */
const MOST_KEYS = 20;

/**
 * @param since when it came to be so, ISO 8601
 * @param base the URL that the client calls us by, without a slash at its end
 */
export function conflictsVerdict(facts: ConflictsFacts, since: string, base: string): Verdict {
  return { policy: 'conflicts', since, ...said(facts, base) };
}

type Part = Omit<Verdict, 'policy' | 'since'>;

function said(facts: ConflictsFacts, base: string): Part {
  if (facts.stale.length > 0) return stale(facts, base);
  const [first] = facts.overlaps;
  if (!first) {
    const summary = summaryOf(`No other ticket released or changes a module that ${facts.ticketKey} changes.`);
    return { verdict: 'pass', code: 'conflicts.none', summary, actor: 'you', next_actions: [] };
  }
  const blocks = facts.overlapMode === 'block';
  return {
    verdict: blocks ? 'waiting_for_ticket' : 'pass',
    code: 'conflicts.overlap',
    summary: summaryOf(
      `${named(facts.overlaps)} ${isOne(facts.overlaps) ? 'is' : 'are'} changed by ${others(facts.overlaps)} too.`,
    ),
    actor: blocks ? (first.otherTicket ?? 'you') : 'you',
    next_actions: [],
  };
}

function stale(facts: ConflictsFacts, base: string): Part {
  const [released, past] = [facts.stale.filter((fact) => !isPastFact(fact)), facts.stale.filter(isPastFact)];
  const said = [
    ...(released.length > 0 ? [releasedText(released, facts.ticketKey)] : []),
    ...(past.length > 0 ? [pastText(past)] : []),
  ];
  const thaw = facts.frozen ? [revert(facts, facts.frozen, base)] : [];
  return {
    verdict: 'blocked',
    code: 'conflicts.stale',
    summary: summaryOf(`${said.join('; ')}.`),
    actor: 'you',
    next_actions: [...thaw, rebase(facts, 'mine', base), rebase(facts, 'theirs', base)],
  };
}

const isPastFact = (fact: StaleFact): fact is PastFact => fact.past !== undefined;

function releasedText(keys: readonly StaleFact[], ticketKey: string): string {
  const [were, them] = isOne(keys) ? ['was', 'it'] : ['were', 'them'];
  return `${named(keys)} ${were} released by ${others(keys)} since ${ticketKey} changed ${them}`;
}

/** `cart is as production had it before release 2 (TKT-1): rebase mine releases it again`. Not for an empty list. */
export function pastText(keys: readonly PastFact[]): string {
  const [are, them] = isOne(keys) ? ['is', 'it'] : ['are', 'them'];
  const [release, another] = new Set(keys.map(({ past }) => past.release));
  const when = release && another === undefined ? `before release ${release} (${others(keys)})` : 'once';
  return `${named(keys)} ${are} as production had ${them} ${when}: rebase mine releases ${them} again`;
}

const revert = (facts: ConflictsFacts, { before }: { before: string }, base: string): NextAction =>
  requestAction(`Revert ${facts.ticketKey} to ${before}, where it can be changed`, `map:${before}`, {
    verb: 'revert',
    method: 'POST',
    base,
    path: `/api/v1/ticket/${facts.ticketId}/revert/`,
  });

function rebase(facts: ConflictsFacts, choice: 'mine' | 'theirs', base: string): NextAction {
  const label = choice === 'mine' ? `Keep what ${facts.ticketKey} has` : `Keep what is in production`;
  const body = Object.fromEntries(facts.stale.slice(0, MOST_KEYS).map(({ key }) => [wireKey(key), choice]));
  const path = `/api/v1/ticket/${facts.ticketId}/rebase/`;
  return requestAction(label, 'ticket:write', { verb: 'rebase', method: 'POST', base, path, body });
}

/** `cart`, `cart and nav`, `cart, nav and 3 more`. */
function named(keys: readonly KeyInConflict[]): string {
  const texts = [...new Set(keys.map(({ key }) => keyText(key)))];
  return texts.length <= 3 ? joined(texts) : joined([...texts.slice(0, 2), `${texts.length - 2} more`]);
}

const isOne = (keys: readonly KeyInConflict[]): boolean => new Set(keys.map(({ key }) => key)).size === 1;

const others = (keys: readonly KeyInConflict[]): string =>
  joined([...new Set(keys.map(({ otherTicket }) => otherTicket ?? 'a direct write'))].slice(0, 3));

const joined = (texts: readonly string[]): string =>
  texts.length === 1 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.slice(-1).join('')}`;
