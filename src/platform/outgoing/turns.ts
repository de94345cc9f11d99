// Who works when only so many may at a time: in one group, for one owner, and in all together. Turns are fair: a place that becomes
// free goes to the owner who has the fewest, and of theirs to the group that had a turn the longest ago, so that whoever asks for
// much waits for themselves.

export interface Turn {
  /** What may be slow together, such as a zone's names. */
  readonly group: string;
  /** Whose work it is. */
  readonly owner: string;
}

interface Waiting extends Turn {
  readonly begin: () => void;
}

interface Limits {
  /** Works of one group that run at a time. */
  readonly group: number;
  /** Works of one owner that run at a time. */
  readonly owner: number;
  /** Works that run at a time. */
  readonly all: number;
  /** Works of one owner that wait; one more is refused. */
  readonly waiting: number;
  /** How long one waits at most. */
  readonly waitMs: number;
}

export class Turns {
  private readonly running = { group: new Counts(), owner: new Counts() };
  /** When a group that is at work, or waits, had its last turn. */
  private readonly served = new Map<string, number>();
  private turn = 0;
  private total = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly limits: Limits) {}

  /** Does the work when it is its turn. Rejects as it does, and where that turn doesn't come. */
  async take<Value>(turn: Turn, work: () => Promise<Value>): Promise<Value> {
    if (this.isFree(turn)) this.count(turn, 1);
    else await this.wait(turn);
    try {
      return await work();
    } finally {
      this.count(turn, -1);
      this.next()?.begin();
    }
  }

  private isFree({ group, owner }: Turn): boolean {
    const { running, limits } = this;
    return this.total < limits.all && running.group.of(group) < limits.group && running.owner.of(owner) < limits.owner;
  }

  private wait(turn: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      if ([...this.waiting].filter(({ owner }) => owner === turn.owner).length >= this.limits.waiting)
        return reject(new Error(`too many wait for ${turn.group}`));
      const timer = setTimeout(() => {
        this.waiting.delete(entry);
        reject(new Error(`waited too long for ${turn.group}`));
      }, this.limits.waitMs);
      const begin = (): void => {
        clearTimeout(timer);
        this.waiting.delete(entry);
        this.count(turn, 1);
        resolve();
      };
      const entry = { ...turn, begin };
      this.waiting.add(entry);
    });
  }

  /** Of equals the one that came first. */
  private next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const one of this.waiting) if (this.isFree(one) && (!best || this.comesBefore(one, best))) best = one;
    return best;
  }

  private comesBefore(one: Turn, other: Turn): boolean {
    const { owner } = this.running;
    const byOwner = owner.of(one.owner) - owner.of(other.owner);
    return byOwner < 0 || (byOwner === 0 && this.lastTurn(one) < this.lastTurn(other));
  }

  private lastTurn({ group }: Turn): number {
    return this.served.get(group) ?? 0;
  }

  private count({ group, owner }: Turn, more: 1 | -1): void {
    this.total += more;
    if (more > 0) this.served.set(group, ++this.turn);
    this.running.group.add(group, more);
    this.running.owner.add(owner, more);
    const isOver = this.running.group.of(group) === 0 && ![...this.waiting].some((one) => one.group === group);
    if (isOver) this.served.delete(group);
  }
}

/** How many there are of each; of what there is none nothing is kept. */
class Counts {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, more: number): void {
    const now = this.of(name) + more;
    if (now > 0) this.counts.set(name, now);
    else this.counts.delete(name);
  }
}
