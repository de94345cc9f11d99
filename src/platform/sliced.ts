// Work that grows with its input, written so that it can be interrupted: it yields every few hundred entries. Who holds nobody
// up takes it at once; a server takes it in slices (platform/in-slices.ts).

/** Work that pauses where others may have a turn. */
export type Sliced<Result> = Generator<undefined, Result>;

const ENTRIES = 256;

/** All of it, now. */
export function atOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** What each entry comes to. */
export function* mapping<Item, Result>(items: Iterable<Item>, work: (item: Item) => Result): Sliced<Result[]> {
  const results: Result[] = [];
  yield* forEach(items, (item) => results.push(work(item)));
  return results;
}

/** Does something with each entry, and pauses after every few hundred. */
export function* forEach<Item>(items: Iterable<Item>, work: (item: Item) => void): Sliced<void> {
  let count = 0;
  for (const item of items) {
    work(item);
    if (++count % ENTRIES === 0) yield;
  }
}
