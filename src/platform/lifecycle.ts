// Whether the server is on its way out: /readyz says so before anything closes, so that a proxy sends requests elsewhere.
import { Injectable } from '@nestjs/common';

@Injectable()
export class Lifecycle {
  private leaving = false;
  private readonly listeners: (() => void)[] = [];

  get isLeaving(): boolean {
    return this.leaving;
  }

  /** Called once when the drain begins; long waits end themselves. */
  onLeave(listener: () => void): void {
    this.listeners.push(listener);
  }

  leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    for (const listener of this.listeners) listener();
  }
}
