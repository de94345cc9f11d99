// Many who ask for one thing each, answered by few statements: what is asked while others are being read is read with the next.
// So the statements under way don't grow with those who ask.
import type { DomainError } from '../errors.js';

interface GatheredRules {
  /** Statements at a time. */
  readonly atOnce: number;
  /** Keys of one statement. */
  readonly most: number;
  /** Keys that may wait; one more is refused with `full()`. */
  readonly waiting: number;
  readonly full: () => DomainError;
}

interface Asked<Value> {
  readonly key: string;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class Gathered<Value> {
  private waiting: Asked<Value>[] = [];
  private running = 0;
  private due = false;

  /** `read` answers those of the keys that there are. */
  constructor(
    private readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
    private readonly rules: GatheredRules,
  ) {}

  /** Always read after this call: what was sent before isn't joined. */
  ask(key: string): Promise<Value | undefined> {
    if (this.waiting.length >= this.rules.waiting) return Promise.reject(this.rules.full());
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      this.soon();
    });
  }

  /** With everything else that is asked in this turn. */
  private soon(): void {
    if (this.due || this.running >= this.rules.atOnce) return;
    this.due = true;
    setImmediate(() => {
      this.due = false;
      void this.next();
    });
  }

  private async next(): Promise<void> {
    const asked = this.waiting.splice(0, this.rules.most);
    if (asked.length === 0) return;
    this.running += 1;
    if (this.waiting.length > 0) this.soon();
    try {
      const found = await this.read([...new Set(asked.map(({ key }) => key))]);
      for (const { key, resolve } of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      this.running -= 1;
      if (this.waiting.length > 0) this.soon();
    }
  }
}
