// Layers: deltas that were promoted to production. A release is the base map with its active layers over it, in order.
import { changesOf, type Delta } from './delta.js';
import type { MapKey } from './map-key.js';
import type { MapChanges, ImportMap, Target } from './import-map.js';

export interface Layer {
  readonly id: number;
  /** Its place in the order; one that returns keeps the place it had. Equal places: by id. */
  readonly sequence: number;
  /** Null for a direct write. */
  readonly ticket: number | null;
  readonly delta: Delta;
}

export const inOrder = (layers: readonly Layer[]): Layer[] =>
  [...layers].sort((one, other) => one.sequence - other.sequence || one.id - other.id);

/** The map of a release: base, then each layer. The last layer that names a key decides, so one copy of the map is enough. */
export const fold = (base: ImportMap, layers: readonly Layer[]): ImportMap =>
  base.with(new Map(inOrder(layers).flatMap(({ delta }) => [...changesOf(delta)])));

/**
 * What `fold` makes of some keys. `layers` may leave out those that touch none of the keys, which is what makes a revert as
 * cheap with ten thousand layers as with ten.
 */
export function foldKeys(base: ImportMap, layers: readonly Layer[], keys: readonly MapKey[]): MapChanges {
  const values = new Map<MapKey, Target | null>(keys.map((key) => [key, base.get(key) ?? null]));
  for (const { delta } of inOrder(layers)) {
    for (const [key, target] of changesOf(delta)) if (values.has(key)) values.set(key, target);
  }
  return values;
}
