// A ticket's delta: its operations over production, never a copy of the map (import-maps.md, section 1).
import { keyOf, type MapKey } from './map-key.js';
import { type MapChanges, sameTarget, type StampedMap, type Target } from './stamped-map.js';

/** A module that a ticket brings. */
export interface Module extends Target {
  /** The specifiers that it imports, as they stand in it; absent where nobody looked (a URL elsewhere). */
  readonly imports?: readonly string[];
}

/** One key's change: what it is set to (null: it is deleted), and production's value when the change was made. */
export interface Operation {
  readonly scope: string | null;
  readonly specifier: string;
  readonly set: Module | null;
  readonly base: Target | null;
}

/** At most one operation a key, sorted by key. */
export type Delta = readonly Operation[];

/** A change that is asked for: set, or delete where `set` is null. */
export type Change = Omit<Operation, 'base'>;

export const operationKey = ({ specifier, scope }: Change): MapKey => keyOf(specifier, scope);

export const keysOf = (delta: Delta): MapKey[] => delta.map(operationKey);

/**
 * The delta after some changes, each based on production as it is now. A deletion of what production doesn't have drops the
 * operation; the same change again leaves it as it is, base included: a repeat changes nothing, and settles no conflict that
 * nobody has seen.
 */
export function changeDelta(delta: Delta, changes: readonly Change[], production: StampedMap): Delta {
  const operations = new Map(delta.map((operation) => [operationKey(operation), operation]));
  for (const change of changes) {
    const key = operationKey(change);
    const [before, now] = [operations.get(key), production.get(key)];
    const repeated = before && sameTarget(before.set, change.set);
    if (!change.set && !now) operations.delete(key);
    else operations.set(key, { ...change, base: repeated ? before.base : plainTarget(now) });
  }
  return sorted(operations);
}

/** Without what modules carry beside it. */
function plainTarget(target: Target | null | undefined): Target | null {
  if (!target) return null;
  return target.integrity === undefined ? { url: target.url } : { url: target.url, integrity: target.integrity };
}

function sorted(operations: ReadonlyMap<MapKey, Operation>): Delta {
  return [...operations].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, operation]) => operation);
}

/** What a delta makes of the keys that it names. */
export const changesOf = (delta: Delta): MapChanges =>
  new Map(delta.map((operation) => [operationKey(operation), plainTarget(operation.set)]));

/** The stamp: production with the delta over it. */
export const stamp = (production: StampedMap, delta: Delta): StampedMap => production.with(changesOf(delta));

/** Every specifier that the delta's modules import. */
export const importsOf = (delta: Delta): string[] =>
  [...new Set(delta.flatMap(({ set }) => set?.imports ?? []))].sort();
