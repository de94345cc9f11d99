// Which ids passes look at: everything that may still get a row, whatever writers do, and little else.
import fc from 'fast-check';
import { BATCH, type Ids, Outbox } from '../../src/stream/outbox.js';

/** The log as Postgres has it: ids that were taken, and what became of them. */
class Log {
  taken = 0;
  readonly holders = new Map<string, number[]>();
  readonly visible: number[] = [];
  readonly numbers = new Map<number, number>();
  private waiting: number[] = [];
  /** How many rows had been committed when an id was taken. */
  private readonly before = new Map<number, number>();
  private transactions = 0;

  begin(): string {
    const name = String(++this.transactions);
    this.holders.set(name, []);
    return name;
  }

  take(name: string, count: number): void {
    const own = this.holders.get(name);
    for (let n = 0; n < count; n += 1) {
      own?.push(++this.taken);
      this.before.set(this.taken, this.visible.length);
    }
  }

  end(name: string, commits: boolean): void {
    const own = (commits && this.holders.get(name)) || [];
    this.visible.push(...own);
    if (own.length > 0) this.waiting = [...this.waiting, ...own].toSorted((a, b) => a - b);
    this.holders.delete(name);
  }

  /** Ids that have a lower number than something that was committed before they were taken. */
  disordered(): number[] {
    const highest = [0];
    for (const id of this.visible)
      highest.push(Math.max(highest.at(-1) as number, this.numbers.get(id) ?? Number.MAX_SAFE_INTEGER));
    return [...this.numbers.keys()].filter(
      (id) => (this.numbers.get(id) as number) < (highest[this.before.get(id) as number] as number),
    );
  }

  number(pieces: readonly Ids[]): number[] {
    const isIn = (id: number): boolean => pieces.some(({ low, high }) => id > low && id <= high);
    const batch = this.waiting.filter(isIn).slice(0, BATCH);
    this.waiting = this.waiting.filter((id) => !batch.includes(id));
    for (const id of batch) this.numbers.set(id, this.numbers.size + 1);
    return batch;
  }
}

/** One pass; `between` is what happens before each of its statements. */
function pass(outbox: Outbox, log: Log, between: () => void = () => undefined): void {
  between();
  outbox.begin(log.taken);
  between();
  if (outbox.isUndecided) outbox.settle([...log.holders.keys()]);
  for (let part = outbox.next(); part.length > 0; part = outbox.next()) {
    between();
    outbox.took(part, log.number(part));
  }
  outbox.end();
}

const step = fc.record({
  writer: fc.nat(4),
  does: fc.constantFrom('take', 'take', 'commit', 'commit', 'abort'),
  count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(BATCH - 1, BATCH, 1500)),
});

it('numbers everything in an order that keeps "committed before begun", whatever five writers do between its statements', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
      (steps, gaps) => {
        const [outbox, log] = [new Outbox(), new Log()];
        const writers = new Map<number, string>();
        let [next, gap] = [0, 0];
        const act = (): void => {
          const chosen = steps[next++];
          if (!chosen) return;
          const name = writers.get(chosen.writer) ?? log.begin();
          writers.set(chosen.writer, name);
          if (chosen.does === 'take') return log.take(name, chosen.count);
          log.end(name, chosen.does === 'commit');
          writers.delete(chosen.writer);
        };
        const between = (): void => {
          for (let n = gaps[gap++ % gaps.length] ?? 0; n > 0; n -= 1) act();
        };
        for (let turn = 0; turn < 200 && next < steps.length; turn += 1) pass(outbox, log, between);
        while (next < steps.length) act();
        for (const name of writers.values()) log.end(name, true);
        for (let turn = 0; turn < 3; turn += 1) pass(outbox, log);
        expect({ wrong: log.disordered(), left: log.visible.filter((id) => !log.numbers.has(id)) }).toEqual({
          wrong: [],
          left: [],
        });
        // And at rest nothing is left to look at but what comes.
        expect(outbox.pieces).toHaveLength(1);
        expect(outbox.pieces[0]?.low).toBe(log.taken);
      },
    ),
    { numRuns: 200 },
  );
});

it('what has its number is not looked at again while a writer is held, however much comes', () => {
  const [outbox, log] = [new Outbox(), new Log()];
  const held = log.begin();
  for (let turn = 0; turn < 2000; turn += 1) {
    log.take(held, turn % 2);
    const quick = log.begin();
    log.take(quick, 50);
    log.end(quick, turn % 7 !== 0);
    pass(outbox, log);
  }
  expect(outbox.pieces.length).toBeLessThanOrEqual(64);
  log.end(held, true);
  for (let turn = 0; turn < 3; turn += 1) pass(outbox, log);
  expect(log.numbers.size).toBe(log.visible.length);
  expect(outbox.pieces).toEqual([{ low: log.taken, high: Number.MAX_SAFE_INTEGER }]);
});

it('of a log of millions, one statement looks through half a million ids at most', () => {
  const outbox = new Outbox();
  outbox.begin(2_000_001);
  expect(outbox.isNarrow).toBe(false);
  outbox.settle([]);
  const parts: Ids[] = [];
  for (let part = outbox.next(); part.length > 0; part = outbox.next()) {
    parts.push(...part);
    outbox.took(part, []);
  }
  expect(parts).toHaveLength(5);
  expect(Math.max(...parts.map(({ low, high }) => high - low))).toBe(500_000);
  outbox.end();
  expect(outbox.pieces[0]?.low).toBe(2_000_001);
});
