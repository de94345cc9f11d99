// Who works when only so many may at a time, in one group and in all groups together: a slow group keeps from the others
// nothing but the places that it has.

interface Waiting {
  readonly group: string;
  readonly begin: () => void;
}

interface Limits {
  /** Works of one group that run at a time. */
  readonly group: number;
  /** Works that run at a time. */
  readonly all: number;
  /** Works of one group that wait; one more is refused. */
  readonly waiting: number;
  /** How long one waits at most. */
  readonly waitMs: number;
}

export class Turns {
  private readonly running = new Map<string, number>();
  private total = 0;
  private waiting: readonly Waiting[] = [];

  constructor(private readonly limits: Limits) {}

  /** Does the work when it is its turn. Rejects as it does, and where that turn doesn't come. */
  async take<Value>(group: string, work: () => Promise<Value>): Promise<Value> {
    if (this.isFree(group)) this.enter(group);
    else await this.wait(group);
    try {
      return await work();
    } finally {
      this.leave(group);
    }
  }

  private isFree(group: string): boolean {
    return this.total < this.limits.all && (this.running.get(group) ?? 0) < this.limits.group;
  }

  private wait(group: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.waiting.filter((one) => one.group === group).length >= this.limits.waiting)
        return reject(new Error(`too many wait for ${group}`));
      const forget = (): void => {
        this.waiting = this.waiting.filter((one) => one !== entry);
      };
      const timer = setTimeout(() => {
        forget();
        reject(new Error(`waited too long for ${group}`));
      }, this.limits.waitMs);
      const begin = (): void => {
        clearTimeout(timer);
        forget();
        this.enter(group);
        resolve();
      };
      const entry = { group, begin };
      this.waiting = [...this.waiting, entry];
    });
  }

  private enter(group: string): void {
    this.total += 1;
    this.running.set(group, (this.running.get(group) ?? 0) + 1);
  }

  private leave(group: string): void {
    this.total -= 1;
    const left = (this.running.get(group) ?? 1) - 1;
    if (left > 0) this.running.set(group, left);
    else this.running.delete(group);
    this.waiting.find((one) => this.isFree(one.group))?.begin();
  }
}
