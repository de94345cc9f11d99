// Taking layers out of production: a fold without them (import-maps.md, section 4, `revert`).
import { changesOf, importsOf, keysOf } from './delta.js';
import { foldKeys, inOrder, type Layer } from './layer.js';
import { type MapKey, partsOf } from './map-key.js';
import type { MapChanges, StampedMap } from './stamped-map.js';

export interface Revert {
  /** What production's map becomes, for the keys of the layers that go. */
  readonly changes: MapChanges;
  /** Keys that a later layer that stays overwrote: they stay as that layer made them. */
  readonly superseded: readonly { readonly key: MapKey; readonly by: Layer }[];
  /** Layers that stay and import a specifier that leads nowhere afterwards. */
  readonly dependents: readonly { readonly layer: Layer; readonly specifiers: readonly string[] }[];
}

/** @param active every active layer that touches a key of those that go, and every later one that stays. */
export function planRevert(base: StampedMap, active: readonly Layer[], go: ReadonlySet<number>): Revert {
  const [going, staying] = [active.filter(({ id }) => go.has(id)), active.filter(({ id }) => !go.has(id))];
  const keys = [...new Set(going.flatMap(({ delta }) => keysOf(delta)))].sort();
  const changes = foldKeys(base, staying, keys);
  const first = inOrder(going)[0];
  const later = first ? staying.filter((layer) => inOrder([first, layer])[0] === first) : [];
  return { changes, superseded: supersededKeys(going, later), dependents: dependentLayers(going, later, changes) };
}

function supersededKeys(going: readonly Layer[], later: readonly Layer[]): Revert['superseded'] {
  const lastToTouch = new Map<MapKey, Layer>();
  for (const layer of inOrder([...going, ...later])) for (const key of keysOf(layer.delta)) lastToTouch.set(key, layer);
  const keys = [...new Set(going.flatMap(({ delta }) => keysOf(delta)))].sort();
  return keys.flatMap((key) => {
    const by = lastToTouch.get(key);
    return by && !going.includes(by) ? [{ key, by }] : [];
  });
}

/** Only what the going layers brought can vanish; a specifier is reached by its own key or by a `…/` one. */
function dependentLayers(going: readonly Layer[], later: readonly Layer[], changes: MapChanges): Revert['dependents'] {
  const brought = going.flatMap(({ delta }) =>
    [...changesOf(delta)].filter(([, target]) => target).map(([key]) => key),
  );
  const vanished = new Set(brought.filter((key) => !changes.get(key)).map((key) => partsOf(key).specifier));
  if (vanished.size === 0) return [];
  return later.flatMap((layer) => {
    const specifiers = importsOf(layer.delta).filter((specifier) => isReached(specifier, vanished));
    return specifiers.length > 0 ? [{ layer, specifiers }] : [];
  });
}

const isReached = (specifier: string, keys: ReadonlySet<string>): boolean =>
  keys.has(specifier) || [...keys].some((key) => key.endsWith('/') && specifier.startsWith(key));
