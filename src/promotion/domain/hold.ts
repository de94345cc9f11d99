// A hold of a ticket or a lock of a stage: who, why, since when, until when; and how people say until when.
import { readTime } from '../../platform/time-text.js';

export interface Hold {
  readonly actor: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since: string;
  /** When it clears by itself, ISO 8601; null where somebody has to lift it. */
  readonly until: string | null;
}

/** An end as it was given: a moment (ISO 8601, UTC), or seconds from now by the database's clock. */
export type Until = { readonly at: string } | { readonly seconds: number };

const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 7 * 86_400 };
const LONGEST_SECONDS = 366 * 86_400;

/** `30m`, `2h`, `3d`, `1w`; `2026-11-22`, `2026-11-22T08:00`, `…Z`, `…+01:00`; without a zone it is UTC. Undefined for anything else. */
export function parseUntil(text: string): Until | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) {
    const seconds = Number(count) * (SECONDS[unit] as number);
    return seconds > 0 && seconds <= LONGEST_SECONDS ? { seconds } : undefined;
  }
  const time = readTime(text);
  return time && { at: new Date(time.text).toISOString() };
}
