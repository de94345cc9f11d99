// What clients did and were told, as the checker takes it. Times are performance.now() of this process, in milliseconds.

/**
 * @typedef {object} Write
 * @property {string} kind status, field, ticket, subticket, artifact, event, stage, delete
 * @property {string} mark what only this write says: a status, a text, a name
 * @property {string} [subject] `ticket/5`: what is changed
 * @property {string} [parent] whose end is its end, too
 * @property {number} start before the first attempt
 * @property {number} [end] when its answer was definite
 * @property {'open' | 'acknowledged' | 'refused'} outcome
 * @property {number | null} [version] that the answer named; a list's names none, and the log says it
 * @property {number} [ifMatch] the version that it asked for
 * @property {string} [uri] of what it made
 *
 * @typedef {{subject: string, start: number, end: number, version?: number, state?: Record<string, string>, gone?: boolean}} Read
 * @typedef {{specifier: string, url: string, start: number, end: number}} Release an acknowledged promotion to production
 * @typedef {{start: number, specifier: string, url: string | undefined, seenAfter?: number, saysStale?: boolean}} MapRead `seenAfter`: when the release was there; `saysStale`: it owns to being old
 * @typedef {{path: string, hash: string}} Blob
 */

export class History {
  /** @type {Write[]} */
  writes = [];
  /** @type {Read[]} */
  reads = [];
  /** @type {Release[]} */
  releases = [];
  /** @type {MapRead[]} */
  mapReads = [];
  /** @type {Blob[]} */
  blobs = [];
  /** Answers that promises.md rules out, in words. @type {string[]} */
  wrong = [];
  /** Attempts that were not answered, or with 5xx. */
  failed = 0;
  /** Refusals by status and code. @type {Map<string, number>} */
  refusals = new Map();
  /** What the failed attempts were. @type {Map<string, number>} */
  failures = new Map();
  #lastSuccess = performance.now();
  #longestGap = 0;
  #watching = true;

  /** Something was answered as it should be. */
  succeeded() {
    const now = performance.now();
    if (this.#watching) this.#longestGap = Math.max(this.#longestGap, now - this.#lastSuccess);
    this.#lastSuccess = now;
  }

  /** Writes and reads with a definite answer. */
  get operations() {
    return this.writes.filter(({ outcome }) => outcome !== 'open').length + this.reads.length + this.mapReads.length;
  }

  /** The longest time, in ms, in which nobody was answered. */
  get longestGap() {
    return this.#longestGap;
  }

  /** From now on a pause is no gap: the clients leave. */
  close() {
    this.succeeded();
    this.#watching = false;
  }

  /** @param {'refusals' | 'failures'} kind @param {string} what */
  count(kind, what) {
    this[kind].set(what, (this[kind].get(what) ?? 0) + 1);
  }
}
