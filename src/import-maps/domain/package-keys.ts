// A package is replaced as a whole: what its earlier version had and the new one has not would lead to files of the old one, so
// that a page ran two versions (import-maps.md, section 2, 2).
import { type Change, type Delta, entryKey, withEntries } from './delta.js';
import { keyOf, type MapKey, partsOf } from './map-key.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import type { ImportMap } from './import-map.js';
import { isOwnPath } from './url-like.js';

export interface PackageName {
  readonly name: string;
  readonly scope: string | null;
}

export interface Replaced {
  /** The ticket's changes without what its earlier upload of the package brought and this one does not. */
  readonly delta: Delta;
  /** Those keys. */
  readonly withdrawn: readonly MapKey[];
  /** Keys of production's version that the new one has not: the ticket deletes them. */
  readonly dropped: readonly MapKey[];
}

/** @param came the keys of the new version */
export function* replacingPackage(
  before: Delta,
  production: ImportMap,
  named: PackageName,
  came: ReadonlySet<MapKey>,
): Sliced<Replaced> {
  const own = before.flatMap((one): [MapKey, string][] => (one.set ? [[entryKey(one), one.set.url]] : []));
  const withdrawn = yield* leftBehind(own, named, came);
  const live = [...production.targets].map(([key, { url }]): [MapKey, string] => [key, url]);
  const dropped = yield* leftBehind(live, named, came);
  const delta = withdrawn.length === 0 ? before : withEntries(before, new Map(withdrawn.map((key) => [key, null])));
  const deleted = new Set(dropped);
  return { delta, withdrawn: withdrawn.filter((key) => !deleted.has(key)), dropped };
}

export const deletionOf = (key: MapKey): Change => ({ ...partsOf(key), set: null });

/** What leads into the kept folder of the version that was there. Keys below the name that lead elsewhere are somebody else's. */
function* leftBehind(
  targets: readonly (readonly [MapKey, string])[],
  { name, scope }: PackageName,
  came: ReadonlySet<MapKey>,
): Sliced<MapKey[]> {
  const [entry, folderKey] = [keyOf(name, scope), keyOf(`${name}/`, scope)];
  const folder = targets.find(([key]) => key === folderKey)?.[1];
  if (folder === undefined || !isOwnPath(folder)) return [];
  const left: MapKey[] = [];
  yield* forEach(targets, ([key, url]) => {
    const isBelow = key === entry || key.startsWith(folderKey);
    if (isBelow && url.startsWith(folder) && !came.has(key)) left.push(key);
  });
  return left;
}
