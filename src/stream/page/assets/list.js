// A list of rows, newest first: repeats are put together, and what is too old for the screen goes.
import { Collapser } from './collapse.js';
import { fill, newRow } from './row.js';

export class EventList {
  #rows = new Map();
  #collapser = new Collapser();

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
    const row = this.#rows.get(run) ?? newRow();
    this.#rows.set(run, row);
    const focused = row.contains(row.ownerDocument.activeElement);
    fill(row, run);
    this.list.prepend(row);
    if (focused) row.querySelector('a')?.focus({ preventScroll: true });
    this.#trim();
  }

  clear() {
    this.#rows.clear();
    this.#collapser = new Collapser();
    this.list.replaceChildren();
  }

  #trim() {
    while (this.list.childElementCount > this.most) this.list.lastElementChild.remove();
    if (this.#rows.size <= this.most * 2) return;
    for (const [run, row] of this.#rows) if (!row.isConnected) this.#rows.delete(run);
  }
}
