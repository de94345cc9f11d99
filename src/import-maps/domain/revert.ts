// Taking layers out of production: a fold without them (import-maps.md, section 4, `revert`).
import { danglingSince, importersIn } from './dangling.js';
import { keysOf } from './delta.js';
import { fold, foldKeys, inOrder, type Layer } from './layer.js';
import type { MapKey } from './map-key.js';
import type { MapChanges, StampedMap } from './stamped-map.js';

export interface Revert {
  /** What production's map becomes, for the keys of the layers that go. */
  readonly changes: MapChanges;
  /** Keys that a later layer that stays overwrote: they stay as that layer made them. */
  readonly superseded: readonly { readonly key: MapKey; readonly by: Layer }[];
  /** Layers that stay and import a specifier that leads nowhere afterwards. */
  readonly dependents: readonly { readonly layer: Layer; readonly specifiers: readonly string[] }[];
}

/**
 * @param active every active layer that touches a key of those that go, and every later one that stays.
 * @param production the map as it is now: a specifier that another key still answers doesn't vanish. Without it, what the
 *   base and the given layers make.
 */
export function planRevert(
  base: StampedMap,
  active: readonly Layer[],
  go: ReadonlySet<number>,
  production: StampedMap = fold(base, active),
): Revert {
  const [going, staying] = [active.filter(({ id }) => go.has(id)), active.filter(({ id }) => !go.has(id))];
  const keys = [...new Set(going.flatMap(({ delta }) => keysOf(delta)))].sort();
  const changes = foldKeys(base, staying, keys);
  const later = laterThan(inOrder(going)[0], staying);
  return {
    changes,
    superseded: supersededKeys(keys, going, later),
    dependents: dependents(production, changes, later),
  };
}

/** In order. */
function laterThan(first: Layer | undefined, layers: readonly Layer[]): Layer[] {
  if (!first) return [];
  const line = inOrder([first, ...layers]);
  return line.slice(line.indexOf(first) + 1);
}

function supersededKeys(
  keys: readonly MapKey[],
  going: readonly Layer[],
  later: readonly Layer[],
): Revert['superseded'] {
  const lastToTouch = new Map<MapKey, Layer>();
  for (const layer of inOrder([...going, ...later])) for (const key of keysOf(layer.delta)) lastToTouch.set(key, layer);
  return keys.flatMap((key) => {
    const by = lastToTouch.get(key) as Layer;
    return going.includes(by) ? [] : [{ key, by }];
  });
}

/** Only what is live afterwards counts: a module that a still later layer replaced imports nothing any more. */
function dependents(production: StampedMap, changes: MapChanges, later: readonly Layer[]): Revert['dependents'] {
  if (![...changes].some(([key, target]) => !target && production.get(key))) return [];
  const after = production.with(changes);
  return later.flatMap((layer) => {
    const live = importersIn(layer.delta).filter(({ key, url }) => after.get(key)?.url === url);
    const specifiers = [...new Set(danglingSince(production, after, live).map(({ specifier }) => specifier))].sort();
    return specifiers.length > 0 ? [{ layer, specifiers }] : [];
  });
}
