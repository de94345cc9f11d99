// How far a long command is: one line on a terminal, written over; nothing elsewhere.
import type { Writable } from 'node:stream';

const EVERY_MS = 100;
const BAR = 24;

export interface Progress {
  /** So many bytes more, of what. */
  add(bytes: number, what: string): void;
  /** Clears the line. */
  end(): void;
}

/** `total`: bytes, as far as is known. */
export function progressOf(
  label: string,
  total: number,
  out: Writable & { isTTY?: boolean } = process.stderr,
): Progress {
  if (!out.isTTY) return { add: () => undefined, end: () => undefined };
  let [done, told] = [0, 0];
  return {
    add: (bytes, what) => {
      done += bytes;
      if (performance.now() - told < EVERY_MS) return;
      told = performance.now();
      const part = Math.min(1, total > 0 ? done / total : 0);
      const bar = '#'.repeat(Math.round(part * BAR)).padEnd(BAR, '.');
      out.write(`\r\x1b[K${label} [${bar}] ${Math.floor(part * 100)} %  ${sizeOf(done)}  ${what}`.trimEnd());
    },
    end: () => void out.write('\r\x1b[K'),
  };
}

/** `1.5 MB`. */
export function sizeOf(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
