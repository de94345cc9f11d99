// Long work of the main thread in slices: between two of them everybody else has a turn, and of several long works each has
// one slice in a turn of the event loop. What is short is done at once.
import { steadyNow } from './steady-clock.js';

const SLICE_MS = 10;

const waiting: (() => void)[] = [];
let isServing = false;

function serve(): void {
  const next = waiting.shift();
  isServing = next !== undefined;
  if (!next) return;
  setImmediate(serve);
  next();
}

/** Resolves in a later turn of the event loop, in which nobody else of those who wait here goes on. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isServing) return;
    isServing = true;
    setImmediate(serve);
  });
}

/** What `work` comes to; where it pauses, the others have their turn. Rejects with what it throws. */
export async function inSlices<Result>(work: Generator<undefined, Result>): Promise<Result> {
  let step = work.next();
  while (!step.done) {
    await nextTurn();
    const until = steadyNow() + SLICE_MS;
    do step = work.next();
    while (!step.done && steadyNow() < until);
  }
  return step.value;
}
