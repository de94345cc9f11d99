// A list of rows, newest first: repeats are put together, and what is too old for the screen goes. However many events come
// at once, a row is drawn once for all of them.
import { Collapser } from './collapse.js';
import { fill, newRow } from './row.js';

/** Often enough to look immediate, seldom enough for thousands of events a second. */
const DRAW_MS = 40;

export class EventList {
  #rows = new Map();
  #collapser = new Collapser();
  /** Runs that changed since the last drawing, the newest last. */
  #changed = new Set();
  #timer;

  /**
   * @param {HTMLElement} list
   * @param {number} most rows
   */
  constructor(list, most) {
    this.list = list;
    this.most = most;
  }

  add(event) {
    const run = this.#collapser.add(event);
    this.#changed.delete(run);
    this.#changed.add(run);
    this.#timer ??= setTimeout(() => this.#draw(), DRAW_MS);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
    this.#rows.clear();
    this.#collapser = new Collapser();
    this.list.replaceChildren();
  }

  #draw() {
    this.#timer = undefined;
    for (const run of [...this.#changed].slice(-this.most)) {
      const row = this.#rows.get(run) ?? newRow();
      this.#rows.set(run, row);
      const focused = row.contains(row.ownerDocument.activeElement);
      fill(row, run);
      this.list.prepend(row);
      if (focused) row.querySelector('a')?.focus({ preventScroll: true });
    }
    this.#changed.clear();
    while (this.list.childElementCount > this.most) this.list.lastElementChild.remove();
    for (const [run, row] of this.#rows) if (!row.isConnected) this.#rows.delete(run);
  }
}
