// How long, as people say it: 30 (seconds), 90s, 10m, 2h, 3d.
import { usage } from './cli-error.js';

const UNITS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds; undefined for what is none. */
export function milliseconds(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] as number);
}

/** The value of an option. Rejects with usage. */
export function duration(option: string, text: string): number {
  const ms = milliseconds(text);
  if (ms === undefined) throw usage(`${option} must be a time such as 30s, 10m or 2h, not '${text}'.`);
  return ms;
}
