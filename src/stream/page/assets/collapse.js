// Which events are one row: the same thing said again of the same ticket within a minute of the first is `×n`. Pure; no
// clock but the events' own times.

/** Milliseconds. */
export const WINDOW = 60_000;

/**
 * @typedef {{seq: number, time: string, type: string, ticket: string | null, line: string}} StreamEvent
 * @typedef {{key: string, began: number, times: number, event: StreamEvent}} Run
 */

/** What makes two events the same. */
export const keyOf = (event) => [event.type, event.ticket ?? '', event.line].join('\n');

/** Puts events together as they come, oldest first. */
export class Collapser {
  /** @type {Map<string, Run>} */
  #runs = new Map();

  /**
   * The run that an event belongs to: a new one with `times` 1, or the one that it repeats, which then shows this event.
   * @param {StreamEvent} event
   * @returns {Run}
   */
  add(event) {
    const key = keyOf(event);
    const time = Date.parse(event.time);
    const known = this.#runs.get(key);
    if (known && time - known.began < WINDOW) {
      known.times += 1;
      known.event = event;
      return known;
    }
    const run = { key, began: time, times: 1, event };
    this.#runs.set(key, run);
    this.#forget(time);
    return run;
  }

  /** Runs that are over can't be repeated any more. */
  #forget(now) {
    if (this.#runs.size < 1000) return;
    for (const [key, { began }] of this.#runs) if (now - began >= WINDOW) this.#runs.delete(key);
  }
}
