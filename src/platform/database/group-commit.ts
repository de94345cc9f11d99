// Writers of one row that all want it, such as production's pointer: they queue here, in order and without a connection, and what
// waits is committed together. A batch is one transaction; each writer in it sees what the one before it made, and one that is
// refused takes no other with it. Nobody waits for a timer: who comes first begins, and who comes meanwhile is next.
import { DomainError } from '../errors.js';
import { steadyNow } from '../steady-clock.js';
import { asDomainError, isConnectionLost, isRetryable } from './database-error.js';
import { type Db, overloaded, type Tx } from './db.js';
import { beginTurn, type Turn } from './hand-over.js';

/** A batch ends with whichever comes first; who isn't in it is in the next. */
export const BATCH = { writers: 32, bytes: 1024 * 1024, ms: 100 };
/** Of one row; beyond that the answer is 503 at once (promise 10). */
const MOST_WAITING = 200;

interface Writer {
  /** Of its request. */
  readonly bytes: number;
  readonly work: (tx: Tx) => Promise<unknown>;
  readonly settle: (outcome: Outcome) => void;
  readonly mayHandOver: boolean;
  /** It was in a batch that failed as a whole: now it has one to itself, so that what fails is its own. */
  alone: boolean;
}

type Outcome = { readonly value: unknown } | { readonly error: Error };

interface Queue {
  readonly waiting: Writer[];
}

export class GroupCommit {
  private readonly queues = new Map<number, Queue>();

  /** `name`: of what is written to, the same in every process. */
  constructor(
    private readonly db: Db,
    private readonly name: string,
    private readonly most = BATCH,
  ) {}

  /**
   * Resolves with what `work` came to once it is committed. Rejects with its refusal, with `outcome-unknown` where the answer to
   * the batch's COMMIT was lost, and with `overloaded` where too many wait. `work` may run several times, as in Db.transaction.
   * `mayHandOver`: once it calls handOver (hand-over.ts) it sends nothing more.
   */
  run<T>(row: number, bytes: number, work: (tx: Tx) => Promise<T>, { mayHandOver = false } = {}): Promise<T> {
    const queue = this.queues.get(row) ?? { waiting: [] };
    if (queue.waiting.length >= MOST_WAITING) return Promise.reject(overloaded());
    return new Promise<T>((resolve, reject) => {
      const settle = (outcome: Outcome): void =>
        'error' in outcome ? reject(outcome.error) : resolve(outcome.value as T);
      queue.waiting.push({ bytes, work, settle, mayHandOver, alone: false });
      if (this.queues.has(row)) return;
      this.queues.set(row, queue);
      void this.drain(row, queue);
    });
  }

  private async drain(row: number, queue: Queue): Promise<void> {
    while (queue.waiting.length > 0) await this.batch(row, queue);
    this.queues.delete(row);
  }

  /** Never rejects. */
  private async batch(row: number, queue: Queue): Promise<void> {
    const taken: Writer[] = [];
    let outcomes: Outcome[] = [];
    try {
      await this.db.transaction(async (tx) => {
        outcomes = await this.together(tx, row, queue, taken);
      });
    } catch (error) {
      return failed(queue, taken, error);
    }
    for (const [index, writer] of taken.entries()) writer.settle(outcomes[index] as Outcome);
  }

  /** Takes writers as long as there is room; a transaction that is run again has those that it had. */
  private async together(tx: Tx, row: number, queue: Queue, taken: Writer[]): Promise<Outcome[]> {
    const ours = this.takeTurn(tx, row);
    const [outcomes, began]: [Promise<Outcome>[], number] = [[], steadyNow()];
    try {
      for (let turn: Turn | undefined; ;) {
        const writer = taken[outcomes.length] ?? (await this.nextOf(tx, queue, taken, began, outcomes));
        if (!writer) return await Promise.all(outcomes);
        turn = beginTurn(tx, turn?.left, writer.mayHandOver);
        const run = outcomes.length === 0 ? first : writer.mayHandOver ? behind : beside;
        const outcome = run(tx, writer, ours);
        outcome.catch(() => undefined);
        outcomes.push(outcome);
        await Promise.race([outcome, turn.over]);
      }
    } catch (error) {
      // What comes behind a statement that failed fails, too: the first one tells why. Who waits for what was left waits no more.
      tx.sendLeft();
      const failure = (await Promise.allSettled(outcomes)).find((one) => one.status === 'rejected');
      throw failure ? failure.reason : error;
    }
  }

  /** Where nobody waits, those who have handed over are answered first: who comes meanwhile is in the batch. */
  private async nextOf(
    tx: Tx,
    queue: Queue,
    taken: Writer[],
    began: number,
    outcomes: readonly Promise<Outcome>[],
  ): Promise<Writer | undefined> {
    const writer = this.next(queue, taken, began);
    if (writer) return writer;
    tx.sendLeft();
    await Promise.all(outcomes);
    return this.next(queue, taken, began);
  }

  private next(queue: Queue, taken: Writer[], began: number): Writer | undefined {
    const [writer] = queue.waiting;
    if (!writer) return undefined;
    const bytes = taken.reduce((sum, one) => sum + one.bytes, writer.bytes);
    const isFull = taken.length >= this.most.writers || bytes > this.most.bytes || steadyNow() - began > this.most.ms;
    if (taken.length > 0 && (isFull || writer.alone || taken[0]?.alone)) return undefined;
    queue.waiting.shift();
    taken.push(writer);
    return writer;
  }

  /**
   * Processes take turns, in the order in which they asked: of a row's lock alone, whoever has just let go of it is the first to
   * have it again. Goes out with the BEGIN.
   */
  private takeTurn(tx: Tx, row: number): Promise<unknown> {
    const turn = tx.run({
      name: 'group_turn',
      text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [`${this.name} ${row}`],
    });
    turn.catch(() => undefined);
    return turn;
  }
}

/** Alone so far, so that a writer whom nobody else meets pays for no savepoint: what it is refused for rolls all back. */
async function first(tx: Tx, { work }: Writer, turn: Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await work(tx) };
  } catch (error) {
    // Where the turn didn't come, that is why the rest failed.
    await turn;
    throw error;
  }
}

/**
 * Whoever hands over has no savepoint either: behind it, there is none that others' statements wouldn't be in. Refused before
 * it wrote, it has nothing to undo; and where it had written, it fails the batch, and each is tried by itself.
 */
async function behind(tx: Tx, { work }: Writer): Promise<Outcome> {
  const [writes, forget] = [tx.writes, tx.mark()];
  try {
    return { value: await work(tx) };
  } catch (error) {
    if (!(error instanceof DomainError) || tx.writes > writes) throw error;
    forget();
    return { error };
  }
}

async function beside(tx: Tx, { work }: Writer): Promise<Outcome> {
  // Sent, and not waited for: statements have their turn in this order.
  const saved = tx.savepoint();
  saved.catch(() => undefined);
  try {
    const value = await work(tx);
    (await saved).release().catch(() => undefined);
    return { value };
  } catch (error) {
    if (isConnectionLost(error) || isRetryable(error)) throw error;
    await (await saved).undo();
    return { error: asDomainError(error) as Error };
  }
}

/** Nobody knows, or nothing was changed: so it is for all of them. What only one of them may be to blame for, each tries by itself. */
function failed(queue: Queue, taken: Writer[], error: unknown): void {
  const isOfAll = error instanceof DomainError && error.kind === 'unavailable' && error.code !== 'database.busy';
  if (taken.length > 1 && !isOfAll) {
    for (const writer of taken) writer.alone = true;
    queue.waiting.unshift(...taken);
    return;
  }
  // Where not even a connection was to be had, who waits has waited long enough.
  const all = taken.length > 0 ? taken : queue.waiting.splice(0);
  for (const { settle } of all) settle({ error: error as Error });
}
