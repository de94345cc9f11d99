// The policy `window`: what goes into a stage goes there at its times (promotion.md, "Policies").
import type { Sliced } from '../../platform/sliced.js';
import { untilText } from '../../log/lines/stage-lines.js';
import { summaryOf, type Verdict } from './verdict.js';
import { findingOccurrences, type Occurrence, occurrencesOf, type WindowTimes } from './window-times.js';

/** Its times, and whether and why nothing goes then. */
export interface RuleWindow extends WindowTimes {
  readonly reason?: string;
  /** True: reverts, rollbacks and hotfixes wait too. */
  readonly reverts?: boolean;
}

/** Of a rule without faults: one of both is given. */
export interface WindowTable {
  /** Closed in each of them. */
  readonly closed?: readonly RuleWindow[];
  /** Closed but in these. */
  readonly open?: readonly RuleWindow[];
}

export type WindowState =
  /** `until`: when it closes, where that is within a year. */
  | { readonly open: true; readonly until?: Date }
  | {
      readonly open: false;
      readonly reason: string;
      /** True where reverts, rollbacks and hotfixes have to wait as well. */
      readonly reverts: boolean;
      /** When it closed. */
      readonly since?: Date;
      /** The next opening; null where there is none within a year. */
      readonly until: Date | null;
    };

/** How far ahead is looked: a year, whichever. No window is longer either, so nothing older is looked at. */
const YEAR = 366 * 86_400_000;

/** Of one window: the one that is now and those to come within a year. */
interface Ahead {
  readonly window: RuleWindow;
  readonly now: Occurrence | undefined;
  readonly later: readonly Occurrence[];
}

/**
 * Whether a rule lets anything through at a moment. Looks at the occurrences of the year before and of the year ahead: a rule costs
 * the same however old it is.
 *
 * @param exempt what reverts, rollbacks and hotfixes see: only windows that say `reverts: true`
 * @throws what the calendar library throws for a rule that windowFaults() finds faults with
 */
export function windowState({ closed, open }: WindowTable, now: Date, exempt = false): WindowState {
  const windows = (closed ?? open ?? []).filter(({ reverts }) => !exempt || reverts === true);
  const moment = now.getTime();
  const ahead = windows.map((window) => aheadOf(window, moment));
  const inside = ahead.filter((each) => each.now !== undefined);
  if (closed === undefined && windows.length > 0) {
    return inside.length > 0 ? openUntil(endOf(ahead, moment)) : outsideOf(ahead, moment);
  }
  const ends = ({ now: current }: Ahead): number => current?.end ?? 0;
  const last = inside.sort((one, other) => ends(other) - ends(one))[0];
  if (!last?.now) return openUntil(nextStart(ahead));
  return {
    open: false,
    reason: last.window.reason ?? 'closed',
    reverts: inside.some(({ window: { reverts } }) => reverts === true),
    since: new Date(last.now.start),
    until: dateOf(endOf(ahead, moment)),
  };
}

/** Finds the occurrences that windowState() looks at, so that it finds them kept. */
export function* lookingAt({ closed, open }: WindowTable, now: Date): Sliced<void> {
  const moment = now.getTime();
  for (const window of closed ?? open ?? []) yield* findingOccurrences(window, moment - YEAR, moment + YEAR);
}

const dateOf = (moment: number | null): Date | null => (moment === null ? null : new Date(moment));
const openUntil = (moment: number | null): WindowState => ({
  open: true,
  ...(moment !== null && { until: new Date(moment) }),
});

/** The one that ends last, where several are now: they began in their order, and are equally long. */
function aheadOf(window: RuleWindow, moment: number): Ahead {
  const relevant = occurrencesOf(window, moment - YEAR, moment + YEAR).filter(({ end }) => end > moment);
  return {
    window,
    now: relevant.filter(({ start }) => start <= moment).at(-1),
    later: relevant.filter(({ start }) => start > moment && start <= moment + YEAR),
  };
}

const nextStart = (ahead: readonly Ahead[]): number | null => {
  const starts = ahead.flatMap(({ later: [next] }) => (next ? [next.start] : []));
  return starts.length > 0 ? Math.min(...starts) : null;
};

/** The end of the stretch that windows cover together from a moment on; null where that is more than a year ahead. */
function endOf(ahead: readonly Ahead[], moment: number): number | null {
  let end = Math.max(moment, ...ahead.map(({ now }) => now?.end ?? moment));
  const later = ahead.flatMap((each) => each.later).sort((one, other) => one.start - other.start);
  for (const occurrence of later) {
    if (occurrence.start > end) break;
    end = Math.max(end, occurrence.end);
  }
  return end > moment + YEAR ? null : end;
}

function outsideOf(ahead: readonly Ahead[], moment: number): WindowState {
  const windows = ahead.map(({ window }) => window);
  const reasons = [...new Set(windows.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))];
  const ended = windows
    .flatMap((window) => occurrencesOf(window, moment - YEAR, moment))
    .flatMap(({ end }) => (end <= moment ? [end] : []));
  return {
    open: false,
    reason: reasons.length === 0 ? 'outside its open windows' : `outside its open windows (${reasons.join('; ')})`,
    reverts: windows.some(({ reverts }) => reverts === true),
    ...(ended.length > 0 && { since: new Date(ended.reduce((one, other) => Math.max(one, other))) }),
    until: dateOf(nextStart(ahead)),
  };
}

/**
 * The codes of its verdicts, and what each means.
 * @public
 */
export const WINDOW_CODES = {
  'window.open': 'No window of the rule is closed now, or the change is exempt as a revert, a rollback or a hotfix.',
  'window.closed': 'The stage is closed now by a window of the rule. The verdict says until when.',
  'window.never_opens':
    'The stage is closed and no opening is within a year. Change the rule in the settings of the project.',
} as const;

export interface WindowFacts {
  readonly stage: string;
  readonly project: string;
  readonly rule: WindowTable;
  /** True for a revert, a rollback and a hotfix. */
  readonly exempt: boolean;
  /** The database's. */
  readonly now: Date;
}

type WindowVerdict = Omit<Verdict, 'code'> & { readonly code: keyof typeof WINDOW_CODES };

/** @param since when it came to be so where it is open, ISO 8601 */
export function windowVerdict({ stage, project, rule, exempt, now }: WindowFacts, since: string): WindowVerdict {
  const state = windowState(rule, now, exempt);
  const base = { policy: 'window', since, next_actions: [] } as const;
  if (state.open) {
    const summary = summaryOf(`${stage} of ${project} is open${untilText(state.until)}.`);
    return { ...base, verdict: 'pass', code: 'window.open', summary, actor: 'you' };
  }
  const closedSince = state.since?.toISOString() ?? since;
  if (state.until === null) {
    const summary = summaryOf(`${stage} of ${project} does not open within a year: ${state.reason}`);
    return { ...base, verdict: 'blocked', code: 'window.never_opens', summary, actor: 'you', since: closedSince };
  }
  const summary = summaryOf(`${stage} of ${project} is closed${untilText(state.until)}: ${state.reason}`);
  const until = state.until.toISOString();
  return { ...base, verdict: 'waiting', code: 'window.closed', summary, actor: 'upstream', since: closedSince, until };
}
