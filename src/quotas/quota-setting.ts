// A project's own quotas as its settings list them: what is a list of quotas and what is none.
import { quoted } from '../platform/redact.js';

export interface QuotaSetting {
  /** Megabytes of files. */
  readonly files_mb?: number;
  /** Keys of one ticket. */
  readonly keys?: number;
  /** Events from outside, in a minute. */
  readonly events?: number;
  /** Open readers of the stream, at one server. */
  readonly streams?: number;
  /** Open requests that wait for a ticket, at one server. */
  readonly waits?: number;
}

/** The greatest that each may be; the least is 1. */
const MOST: Readonly<Record<keyof QuotaSetting, number>> = {
  files_mb: 1_000_000_000,
  keys: 1_000_000,
  events: 1_000_000_000,
  streams: 1_000_000,
  waits: 1_000_000,
};
const NAMES = Object.keys(MOST) as (keyof QuotaSetting)[];

/** What is wrong with an object that should be quotas; empty when nothing is. */
export function quotaFaults(given: unknown): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return ['quotas must be an object such as {"files_mb": 5000}.'];
  return Object.entries(given).flatMap(([name, value]) => {
    if (!Object.hasOwn(MOST, name))
      return [`quotas has an unknown member '${quoted(name, 100)}'. Known: ${NAMES.join(', ')}.`];
    const most = MOST[name as keyof QuotaSetting];
    return Number.isInteger(value) && value >= 1 && value <= most
      ? []
      : [`quotas.${name} must be a whole number from 1 to ${most}.`];
  });
}
