// How far long work is: one line on a terminal's stderr that is written over; nothing where nobody looks.
import type { Output } from './output.js';

const WIDTH = 24;
const EVERY_MS = 80;

export class Progress {
  private shown = 0;
  private last = '';

  constructor(
    private readonly out: Output,
    private readonly what: string,
    private readonly total: number,
  ) {}

  /** `done` of `total`. */
  at(done: number): void {
    if (!this.out.stderr.isTTY || this.out.isJson) return;
    const now = performance.now();
    if (done < this.total && now - this.shown < EVERY_MS) return;
    this.shown = now;
    const full = this.total === 0 ? WIDTH : Math.round((done / this.total) * WIDTH);
    this.last = `${this.what} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${done}/${this.total}`;
    this.out.over(this.last);
  }

  /** The line goes away: what was done is said by who did it. */
  end(): void {
    if (this.last) this.out.over('');
    this.last = '';
  }
}
