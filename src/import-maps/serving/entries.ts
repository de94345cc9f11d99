// A cache of what the database says: bounded, one load at a time for each key, and what was on its way when its entry was
// dropped isn't kept. An entry that may be old stays to be served where there is no better.
import { LRUCache } from 'lru-cache';

interface Bounds<Value> {
  readonly entries: number;
  /** Of all entries together, where `sizeOf` says what one takes. */
  readonly bytes?: number;
  readonly sizeOf?: (value: Value) => number;
  /** What nobody asks for any more is forgotten after that. */
  readonly idleMs: number;
}

interface Entry<Value> {
  readonly value: Value;
  old: boolean;
}

export class Entries<Value extends object> {
  private readonly kept: LRUCache<string, Entry<Value>>;
  private readonly loading = new Map<string, Promise<Value | undefined>>();

  constructor({ entries, bytes, sizeOf, idleMs }: Bounds<Value>) {
    const sized =
      bytes && sizeOf ? { maxSize: bytes, sizeCalculation: (entry: Entry<Value>) => sizeOf(entry.value) } : {};
    this.kept = new LRUCache({ max: entries, ttl: idleMs, updateAgeOnGet: true, ...sized });
  }

  /** What is known and current. */
  current(key: string): Value | undefined {
    const entry = this.kept.get(key);
    return entry && !entry.old ? entry.value : undefined;
  }

  /** What was known last, old or not. */
  last(key: string): Value | undefined {
    return this.kept.get(key)?.value;
  }

  values(): Value[] {
    return [...this.kept.values()].map(({ value }) => value);
  }

  /** Those that match are asked for anew when they are wanted next. */
  age(isConcerned: (value: Value) => boolean): void {
    for (const entry of this.kept.values()) if (isConcerned(entry.value)) entry.old = true;
  }

  /** What is on its way may have been read before what happened now: it isn't taken for current. */
  distrustLoads(): void {
    this.loading.clear();
  }

  /** Asks the database; who asks for the same meanwhile gets the same answer. Undefined: there is none, and none is kept. */
  load(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const running = this.loading.get(key);
    if (running) return running;
    const load = read().then(
      (value) => {
        this.settle(key, load, value);
        return value;
      },
      (error: unknown) => {
        if (this.loading.get(key) === load) this.loading.delete(key);
        throw error;
      },
    );
    this.loading.set(key, load);
    return load;
  }

  private settle(key: string, load: Promise<unknown>, value: Value | undefined): void {
    const isLatest = this.loading.get(key) === load;
    if (isLatest) this.loading.delete(key);
    if (!value) this.kept.delete(key);
    else if (isLatest || !this.kept.has(key)) this.kept.set(key, { value, old: !isLatest });
  }
}
