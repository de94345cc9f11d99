// How faults spend their time.
import { setTimeout as pause } from 'node:timers/promises';

/** @param {number} until performance.now() */
export const untilOver = (until) => pause(Math.max(0, until - performance.now()));

/** Does something, then again each `everyMs`, while there is time. @param {(turn: number) => Promise<void> | void} act */
export async function repeatedly(until, everyMs, act) {
  for (let turn = 0; ; turn += 1) {
    const next = performance.now() + everyMs;
    if (next > until) break;
    await untilOver(next);
    await act(turn);
  }
  await untilOver(until);
}
