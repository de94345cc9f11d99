// How revisions of a ticket's delta are kept: small ones and some of the large ones whole, the others as what they changed, so
// that a key of forty thousand that changes costs one key.
import { type Delta, difference, type DeltaEntry, entryKey, withEntries } from './delta.js';
import type { MapKey } from './map-key.js';
import { sameTarget } from './import-map.js';

/** What a revision changed. */
export interface DeltaStep {
  readonly changed: readonly DeltaEntry[];
  /** Keys that have no operation any more. */
  readonly gone: readonly MapKey[];
}

/** Where a revision stands in its chain. */
export interface ChainPlace {
  readonly number: number;
  /** The revision that has everything; null where it has itself. */
  readonly whole: number | null;
  /** Operations of those after the whole one. */
  readonly carried: number;
}

/** Below that a whole delta is no larger than the rest of its row. */
const SMALL = 64;
/** So many revisions are read for one at least, before a whole one is written. */
const MOST_STEPS = 256;
/** Of a large delta so many operations for each step, or the whole copies would weigh more than the steps. */
const OPERATIONS_PER_STEP = 16;

/** From one delta to the next; operations that are equal are no change, whether or not they are the same objects. */
export function stepBetween(before: Delta, after: Delta): DeltaStep {
  const { gone, come } = difference(before, after);
  const old = new Map(gone.map((operation) => [entryKey(operation), operation]));
  const changed = come.filter((operation) => !sameOperation(old.get(entryKey(operation)), operation));
  for (const operation of come) old.delete(entryKey(operation));
  return { changed, gone: [...old.keys()] };
}

/** At the same key. */
const sameOperation = (one: DeltaEntry | undefined, other: DeltaEntry): boolean =>
  one !== undefined &&
  (one.set === null) === (other.set === null) &&
  sameTarget(one.set, other.set) &&
  sameTarget(one.base, other.base) &&
  one.set?.source === other.set?.source &&
  one.base?.source === other.base?.source &&
  one.dirty === other.dirty &&
  one.compared === other.compared &&
  sameTexts(one.set?.imports, other.set?.imports);

const sameTexts = (some: readonly string[] | undefined, others: readonly string[] | undefined): boolean =>
  some?.length === others?.length && (some ?? []).every((text, place) => text === others?.[place]);

/**
 * Where the next revision stands if it is kept as a step; undefined where it is kept whole: the first one, a small one, and
 * when steps would be half as much as everything, or many.
 */
export function placeAfter(before: ChainPlace | undefined, delta: Delta, step: DeltaStep): ChainPlace | undefined {
  if (!before || delta.length < SMALL) return undefined;
  const whole = before.whole ?? before.number;
  const number = before.number + 1;
  const carried = before.carried + step.changed.length + step.gone.length;
  const isMuch =
    carried > delta.length / 2 || number - whole > Math.max(MOST_STEPS, delta.length / OPERATIONS_PER_STEP);
  return isMuch ? undefined : { number, whole, carried };
}

/** The delta that revisions make in their order: the first is a whole one, or a step from `known`. */
export function deltaFrom(kept: readonly (Delta | DeltaStep)[], known: Delta = []): Delta {
  let delta = known;
  const changes = new Map<MapKey, DeltaEntry | null>();
  for (const one of kept) {
    if (isWhole(one)) {
      delta = one;
      changes.clear();
    } else {
      for (const key of one.gone) changes.set(key, null);
      for (const operation of one.changed) changes.set(entryKey(operation), operation);
    }
  }
  return changes.size === 0 ? delta : withEntries(delta, changes);
}

const isWhole = (kept: Delta | DeltaStep): kept is Delta => Array.isArray(kept);
