// Taking layers out of production: a fold without them (import-maps.md, section 4, `revert`).
import { danglingSince, type Importer, importersIn, leadsUnder, placesInFolders } from './dangling.js';
import { keysOf } from './delta.js';
import { fold, foldKeys, inOrder, type Layer } from './layer.js';
import type { MapKey } from './map-key.js';
import type { MapChanges, ImportMap } from './import-map.js';

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
 * @param isThere whether a folder has the file at a URL, of the `placesOfRevert`
 */
export function planRevert(
  base: ImportMap,
  active: readonly Layer[],
  go: ReadonlySet<number>,
  production: ImportMap = fold(base, active),
  isThere: (url: string) => boolean = () => true,
): Revert {
  const { keys, changes, going, later } = whatChanges(base, active, go);
  return {
    changes,
    superseded: supersededKeys(keys, going, later),
    dependents: dependents(production, changes, later, isThere),
  };
}

/** Where in folders the imports of later layers lead, before and afterwards: `dependents` asks whether a file is there. */
export function placesOfRevert(
  base: ImportMap,
  active: readonly Layer[],
  go: ReadonlySet<number>,
  production: ImportMap,
): string[] {
  const { changes, later } = whatChanges(base, active, go);
  if (!takesAway(production, changes)) return [];
  const after = production.with(changes);
  const importers = later.flatMap((layer) => liveImporters(layer, after));
  return [production, after].flatMap((map) => placesInFolders(leadsUnder(map), importers));
}

interface Changing {
  readonly keys: readonly MapKey[];
  readonly changes: MapChanges;
  readonly going: readonly Layer[];
  readonly later: readonly Layer[];
}

function whatChanges(base: ImportMap, active: readonly Layer[], go: ReadonlySet<number>): Changing {
  const [going, staying] = [active.filter(({ id }) => go.has(id)), active.filter(({ id }) => !go.has(id))];
  const keys = [...new Set(going.flatMap(({ delta }) => keysOf(delta)))].sort();
  return { keys, changes: foldKeys(base, staying, keys), going, later: laterThan(inOrder(going)[0], staying) };
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

function dependents(
  production: ImportMap,
  changes: MapChanges,
  later: readonly Layer[],
  isThere: (url: string) => boolean,
): Revert['dependents'] {
  if (!takesAway(production, changes)) return [];
  const after = production.with(changes);
  return later.flatMap((layer) => {
    const broken = danglingSince(production, after, liveImporters(layer, after), isThere);
    const specifiers = [...new Set(broken.map(({ specifier }) => specifier))].sort();
    return specifiers.length > 0 ? [{ layer, specifiers }] : [];
  });
}

/** A key goes, or a folder becomes another one, which may lack files. */
const takesAway = (production: ImportMap, changes: MapChanges): boolean =>
  [...changes].some(([key, target]) => {
    const before = production.get(key);
    return key.endsWith('/') ? before?.url !== target?.url : before !== undefined && !target;
  });

/** A module that a still later layer replaced imports nothing any more. */
const liveImporters = ({ delta }: Layer, after: ImportMap): Importer[] =>
  importersIn(delta).filter(({ key, url }) => after.get(key)?.url === url);
