// What is waited for, and how long already: one line on a terminal's stderr, written anew each second.
import type { Output } from './output.js';

export class WaitLine {
  private readonly started = performance.now();
  private readonly timer: NodeJS.Timeout | undefined;
  private where = '';

  constructor(
    private readonly out: Output,
    private readonly what: string,
    private readonly seconds: number,
  ) {
    if (!out.stderr.isTTY || out.isJson) return;
    this.timer = setInterval(() => this.draw(), 1000).unref();
    this.draw();
  }

  /** The ticket was seen. */
  at(key: string, position: string): void {
    this.where = `${key} is at ${position}, `;
    this.draw();
  }

  /** The server doesn't answer at the moment. */
  away(): void {
    this.where = 'The server is not answering, ';
    this.draw();
  }

  end(): void {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.out.over('');
  }

  private draw(): void {
    if (!this.timer) return;
    const past = Math.round((performance.now() - this.started) / 1000);
    const line = `${this.where}waiting for ${this.what}: ${past} of ${this.seconds} s`;
    this.out.over(line);
  }
}
