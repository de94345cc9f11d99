// What differs between two maps, key by key.
import type { MapKey } from './map-key.js';
import { sameTarget, type StampedMap, type Target } from './stamped-map.js';

export interface Difference {
  readonly key: MapKey;
  readonly change: 'added' | 'changed' | 'removed';
  readonly from: Target | null;
  readonly to: Target | null;
}

/** Sorted by key. */
export function diff(from: StampedMap, to: StampedMap): Difference[] {
  const keys = [...new Set([...from.keys, ...to.keys])].sort();
  return keys.flatMap((key) => {
    const [before, after] = [from.get(key) ?? null, to.get(key) ?? null];
    if (sameTarget(before, after)) return [];
    return [{ key, change: before ? (after ? 'changed' : 'removed') : 'added', from: before, to: after }];
  });
}
