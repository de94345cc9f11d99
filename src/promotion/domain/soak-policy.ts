// The policy `soak`: the ticket has been at its stage for long enough, unchanged (promotion.md, "Policies").
import { untilText } from '../../log/lines/stage-lines.js';
import { summaryOf } from './verdict.js';

export interface SoakFacts {
  readonly ticketKey: string;
  /** The stage that it is at; null while it carries no modules. */
  readonly stage: string | null;
  /** Since when it is there as it is, ISO 8601; null where that is longer ago than the log remembers. */
  readonly since: string | null;
  /** The database's clock, ISO 8601. */
  readonly now: string;
  /** Seconds that the clock stepped forth since then, which are no time. */
  readonly stepped: number;
}

interface SoakVerdict {
  readonly verdict: 'pass' | 'waiting';
  readonly code: 'soak.over' | 'soak.waiting';
  readonly summary: string;
  readonly actor: string;
  readonly since: string;
  readonly until?: string;
  readonly next_actions: readonly [];
}

/** @param minutes how long it has to be there */
export function soakVerdict({ ticketKey, stage, since, now, stepped }: SoakFacts, minutes: number): SoakVerdict {
  const where = stage === null ? 'where it is' : `at ${stage}`;
  const began = since ?? now;
  const over = new Date(Date.parse(began) + (minutes * 60 + stepped) * 1000);
  if (since === null || over.getTime() <= Date.parse(now)) {
    const summary = summaryOf(`${ticketKey} has been ${where} for ${timeText(minutes)}.`);
    return { verdict: 'pass', code: 'soak.over', summary, actor: 'you', since: began, next_actions: [] };
  }
  const until = over.toISOString();
  const summary = summaryOf(`${ticketKey} stays ${where} for ${timeText(minutes)}${untilText(until)}.`);
  return { verdict: 'waiting', code: 'soak.waiting', summary, actor: 'infra', since: began, until, next_actions: [] };
}

/** `90 minutes`, `2 hours`, `3 days`. */
function timeText(minutes: number): string {
  const units = [
    ['day', 1440],
    ['hour', 60],
    ['minute', 1],
  ] as const;
  const [unit, size] = units.find(([, of]) => minutes % of === 0) ?? units[2];
  const count = minutes / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
