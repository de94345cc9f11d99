// A cache of what the database says: bounded, one load at a time for each key, and what was on its way when its entry was
// dropped isn't kept. An entry that may be old stays to be served where there is no better.
import { LRUCache } from 'lru-cache';
import { steadyNow } from '../../platform/steady-clock.js';

interface Bounds<Value> {
  readonly entries: number;
  /** Of all entries together, where `sizeOf` says what one takes. */
  readonly bytes?: number;
  readonly sizeOf?: (value: Value) => number;
  /** What nobody asks for any more is forgotten after that; absent: only when there are too many. */
  readonly idleMs?: number;
  /** How many keys that the database hasn't are remembered, and how long; absent: none. */
  readonly absent?: { readonly entries: number; readonly ms: number };
}

export class LoadingCache<Value extends object> {
  private readonly kept: LRUCache<string, Value>;
  /** What may be old, and what isn't compared with the database any more. */
  private readonly old = new WeakSet<Value>();
  private readonly loading = new Map<string, Promise<Value | undefined>>();
  private readonly since = new WeakMap<Promise<unknown>, number>();
  private readonly absent: LRUCache<string, true> | undefined;

  constructor({ entries, bytes, sizeOf, idleMs, absent }: Bounds<Value>) {
    this.absent = absent && new LRUCache({ max: absent.entries, ttl: absent.ms, ttlResolution: 0 });
    this.kept = new LRUCache<string, Value>({
      max: entries,
      dispose: (value) => void this.old.add(value),
      ...(bytes && sizeOf ? { maxSize: bytes, sizeCalculation: sizeOf } : {}),
      ...(idleMs ? { ttl: idleMs, updateAgeOnGet: true } : {}),
    });
  }

  /** What is known and current. */
  current(key: string): Value | undefined {
    const value = this.kept.get(key);
    return value && !this.old.has(value) ? value : undefined;
  }

  isCurrent(value: Value): boolean {
    return !this.old.has(value);
  }

  /** What was known last, old or not. */
  last(key: string): Value | undefined {
    return this.kept.get(key);
  }

  values(): Value[] {
    return [...this.kept.values()];
  }

  /** Those that match are asked for anew when they are wanted next. */
  age(isConcerned: (value: Value) => boolean): void {
    for (const value of this.kept.values()) if (isConcerned(value)) this.old.add(value);
  }

  /** What is on its way, or was found missing, may have been read before what happened now: it isn't taken for current. */
  distrustLoads(): void {
    this.loading.clear();
    this.absent?.clear();
  }

  /** True where the database had no such thing a moment ago. */
  isAbsent(key: string): boolean {
    return this.absent?.has(key) ?? false;
  }

  /** When the load that who asks now would get began, by steadyNow; undefined where none is on its way. */
  loadingSince(key: string): number | undefined {
    const running = this.loading.get(key);
    return running && this.since.get(running);
  }

  /** Asks the database; who asks for the same meanwhile gets the same answer. Undefined: there is none. */
  load(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const running = this.loading.get(key);
    if (running) return running;
    const began = steadyNow();
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
    this.since.set(load, began);
    return load;
  }

  private settle(key: string, load: Promise<unknown>, value: Value | undefined): void {
    const isLatest = this.loading.get(key) === load;
    if (isLatest) this.loading.delete(key);
    if (!value) {
      this.kept.delete(key);
      if (isLatest) this.absent?.set(key, true);
    } else if (isLatest || !this.kept.has(key)) {
      this.kept.set(key, value);
      if (!isLatest) this.old.add(value);
    }
  }
}
