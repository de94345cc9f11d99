// What a watched source is based on, where its sender says which version it was made from: git's id of that version, and not
// the moment when it came, decides whether production went on without it.
import type { MapKey } from './map-key.js';
import { plainTarget, type Target } from './import-map.js';

/** git's ids of versions: of the bytes as git stores them, SHA-1 or SHA-256. Null: there was no such file. */
export interface Judged {
  /** By key: the version that a file was made from. */
  readonly bases: ReadonlyMap<MapKey, string | null>;
  /** Those of the bases whose file didn't come: its operation stays, on another base. */
  readonly kept: readonly MapKey[];
  /** Those of the kept ones that are in no commit as they came. */
  readonly dirty: ReadonlySet<MapKey>;
  /** Those of the kept ones that a build made, and from which commit. */
  readonly built: ReadonlyMap<MapKey, string>;
  /** Files that are no change of the ticket (any more). */
  readonly unchanged: readonly MapKey[];
  /** What production had at a key when it had such a version: the base of those that it left behind. */
  readonly past: ReadonlyMap<MapKey, Target>;
  /** By key: the version that a rebase gave up for production's. */
  readonly givenUp: ReadonlyMap<MapKey, string>;
}

/** True where production has the version that a file was made from; undefined where nobody knows what production has. */
export function isBasedOn(base: string | null, now: Target | undefined): boolean | undefined {
  if (!now) return base === null;
  if (base === null) return false;
  return now.source === undefined ? undefined : now.source === base;
}

/** The base of an operation; undefined where nothing was said, or nothing is known: then today's production counts. */
export function baseSaid(judged: Judged | undefined, key: MapKey, now: Target | undefined): Target | null | undefined {
  const base = judged?.bases.get(key);
  if (base === undefined) return undefined;
  const isNow = isBasedOn(base, now);
  if (isNow === undefined) return undefined;
  if (isNow) return plainTarget(now);
  // Another one than production's: whatever it was, the operation is stale.
  return judged?.past.get(key) ?? null;
}

/** A version that a rebase gave up doesn't come back by itself; brought up to date, or changed, it does. */
export const isGivenUp = (
  judged: Judged | undefined,
  key: MapKey,
  change: { readonly set: Target | null },
  base: Target | null | undefined,
  now: Target | undefined,
): boolean =>
  base !== undefined &&
  base?.url !== now?.url &&
  judged?.givenUp.get(key) === (change.set ? (change.set.source ?? '') : GONE);

/** In place of a version: the deletion of a file. */
export const GONE = 'gone';
