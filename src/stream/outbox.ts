// Which ids of the log may still belong to a row without a number. Pure: what the database says comes in as arguments.
//
// The numbers extend "A was committed before B began" and the order of versions of each thing. Why they do:
//  1. The id of an event is taken after its request began, and after the lock on what it tells of. So where A was committed
//     before B began, or gave an earlier version of what B changed, A was visible before B took its id, and A's id is lower.
//  2. A pass begins by asking which id was taken last (`upTo`), and numbers no row above it. If it numbers B, then B had its
//     id when the pass began, so by 1 every statement of the pass sees A.
//  3. A pass goes upwards, and in each batch numbers follow ids. So A has a lower number than B, if no pass leaves A out.
//  4. A pass leaves out ids that got their number before, and ids that are decided. An id is decided when all who may have
//     taken it are over, and a pass that began after their end is through: it has numbered what they committed.
//  5. Who may have taken an id holds ROW EXCLUSIVE on `event`, from before the id is taken until the end of the transaction
//     is visible (`holders`). The list of running transactions would not do: a process can be stopped after it took an id
//     from the sequence and before it has a transaction number. A prepared transaction keeps its name in the list of locks.
//  6. What is known here belongs to one connection: after a failover the sequence may stand lower than it did.

/** Rows that one transaction numbers. More would keep the first of them from everybody for longer. */
export const BATCH = 1000;

/** Ids above `low`, up to and including `high`. */
export interface Ids {
  readonly low: number;
  readonly high: number;
}

export const ALL_IDS: Ids = { low: 0, high: Number.MAX_SAFE_INTEGER };

/** Ids that one statement looks through: with an old snapshot elsewhere it reads past an entry for each, a second for about a million. */
const WIDEST = 500_000;
/** Pieces that are kept apart; to ask for one more costs as much as to read past some ids. */
const MOST_PIECES = 64;
const NEAR = 16;

export class Outbox {
  /** What passes look at: ascending, apart from each other, the last one without an end. */
  private open: readonly Ids[] = [ALL_IDS];
  /** How far this pass has come, and how far it goes. */
  private pass = { at: 0, upTo: 0 };
  /** Ids up to `upTo` are decided when none of `holders` is there any more and a pass is through. */
  private mark: { readonly upTo: number; readonly holders: ReadonlySet<string> } | undefined;
  private decided = 0;

  /** What there is to look at, as far as it is known. */
  get pieces(): readonly Ids[] {
    return this.open;
  }

  /** Whether one statement can look at all of it; how much it is at first, nobody knows. */
  get isNarrow(): boolean {
    const { upTo } = this.pass;
    return (
      upTo > 0 && this.open.reduce((sum, { low, high }) => sum + Math.max(0, Math.min(high, upTo) - low), 0) <= WIDEST
    );
  }

  /** A pass begins. `upTo`: the id that was taken last, asked for before any of the pass's statements. */
  begin(upTo: number): void {
    this.pass = { at: 0, upTo };
  }

  /** Whether something waits to be decided. */
  get isUndecided(): boolean {
    return (this.open[0] as Ids).low < this.pass.upTo;
  }

  /** `holders`: who may have taken an id and not ended; asked for after `begin` and before the first batch of the pass. */
  settle(holders: readonly string[]): void {
    if (this.mark && !holders.some((holder) => this.mark?.holders.has(holder))) {
      this.decided = this.mark.upTo;
      this.mark = undefined;
    }
    if (holders.length === 0) this.decided = this.pass.upTo;
    else this.mark ??= { upTo: this.pass.upTo, holders: new Set(holders) };
  }

  /** What the next batch looks through; nothing when the pass is through. No more rows are in it than a few batches. */
  next(): Ids[] {
    const part: Ids[] = [];
    let [rows, width] = [0, 0];
    for (const piece of this.open) {
      const low = Math.max(piece.low, this.pass.at);
      const high = Math.min(piece.high, this.pass.upTo, low + WIDEST - width);
      if (high <= low) continue;
      part.push({ low, high });
      rows += Math.min(high - low, BATCH);
      width += high - low;
      if (rows > BATCH || width >= WIDEST) break;
    }
    return part;
  }

  /** What came of it: the ids that got a number, ascending. A batch that is not full had all that is visible in `part`. */
  took(part: readonly Ids[], ids: readonly number[]): void {
    this.pass.at = (ids.length < BATCH ? part.at(-1)?.high : ids.at(-1)) ?? this.pass.upTo;
    if (ids.length > 0) this.open = joined(without(this.open, ids));
  }

  /** The pass is through. */
  end(): void {
    const { decided } = this;
    if (decided > 0)
      this.open = this.open
        .filter(({ high }) => high > decided)
        .map(({ low, high }) => ({ low: Math.max(low, decided), high }));
    this.decided = 0;
  }
}

/** Both ascending. */
function without(pieces: readonly Ids[], ids: readonly number[]): Ids[] {
  const left: Ids[] = [];
  let place = 0;
  for (const { low, high } of pieces) {
    let from = low;
    for (let id = ids[place]; id !== undefined && id <= high; id = ids[++place]) {
      if (id - 1 > from) left.push({ low: from, high: id - 1 });
      from = Math.max(from, id);
    }
    if (high > from) left.push({ low: from, high });
  }
  return left;
}

/** Pieces that are near to each other are one, and what lies between them is looked at again: so that there are few. */
function joined(pieces: Ids[]): readonly Ids[] {
  let few = pieces;
  for (let apart = NEAR; few.length > MOST_PIECES; apart *= 2) few = few.reduce<Ids[]>(joinNext(apart), []);
  return few;
}

const joinNext =
  (apart: number) =>
  (all: Ids[], next: Ids): Ids[] => {
    const last = all.at(-1);
    if (last && next.low - last.high <= apart) all[all.length - 1] = { low: last.low, high: next.high };
    else all.push(next);
    return all;
  };
