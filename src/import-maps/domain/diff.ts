// What differs between two maps, key by key.
import type { MapKey } from './map-key.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import { sameTarget, type ImportMap, type Target } from './import-map.js';

export interface Difference {
  readonly key: MapKey;
  readonly change: 'added' | 'changed' | 'removed';
  readonly from: Target | null;
  readonly to: Target | null;
}

/** Sorted by key. */
export function* diffing(from: ImportMap, to: ImportMap): Sliced<Difference[]> {
  const found: Difference[] = [];
  yield* forEach(keysOfBoth(from.keys, to.keys), (key) => {
    const difference = differenceAt(key, from, to);
    if (difference) found.push(difference);
  });
  return found;
}

/** The keys of two sorted lists, in order, each once. */
function* keysOfBoth(one: readonly MapKey[], other: readonly MapKey[]): Generator<MapKey, void> {
  let [at, place] = [0, 0];
  while (at < one.length || place < other.length) {
    const [left, right] = [one[at], other[place]];
    const key = (right === undefined || (left !== undefined && left < right) ? left : right) as MapKey;
    if (left === key) at++;
    if (right === key) place++;
    yield key;
  }
}

/** Undefined where both say the same. */
export function differenceAt(key: MapKey, from: ImportMap, to: ImportMap): Difference | undefined {
  const [before, after] = [from.get(key) ?? null, to.get(key) ?? null];
  if (before === after || sameTarget(before, after)) return undefined;
  return { key, change: before ? (after ? 'changed' : 'removed') : 'added', from: before, to: after };
}
