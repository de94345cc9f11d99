// What a stage verb takes and what it comes to, before it is HTTP.
import { inSlices } from '../../platform/in-slices.js';
import type { OperationContext } from '../../rest/operations/operation-context.js';
import type { Row } from '../../rest/resource.js';
import { type Difference, differenceAt } from '../domain/diff.js';
import type { MapKey } from '../domain/map-key.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import type { ImportMap } from '../domain/import-map.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import type { MapWarning } from './map-warning.js';

export interface RevertOptions extends OperationContext {
  readonly reason?: string | undefined;
  /** In the first stage: the revision to go back to. */
  readonly toRevision?: number | undefined;
  /** Out of production: take out those that depend on it too. */
  readonly cascade?: boolean;
  /** Out of production: though others depend on it. */
  readonly force?: boolean;
}

/** A flip of production. */
export interface Flip {
  readonly project: number;
  readonly release: number;
  readonly map: ImportMap;
}

export interface Superseded {
  readonly key: MapKey;
  /** The ticket's key, or null for a direct write. */
  readonly ticket: string | null;
}

export interface Dependent {
  readonly ticket: string | null;
  readonly specifiers: readonly string[];
}

export interface StageChange {
  /** As it was when it was locked. */
  readonly ticket: DeltaTicket;
  /** As it is now. */
  readonly row: Row;
  readonly revision: number;
  readonly flip?: Flip;
  /** What changed in the map of the stage that it came to, or in production. */
  readonly changes?: readonly Difference[];
  readonly superseded?: readonly Superseded[];
  readonly dependents?: readonly Dependent[];
  readonly warnings?: readonly MapWarning[];
  /** What takes the change back in git, too: `git revert <commit>`. */
  readonly gitRevert?: string | null;
}

/** The differences at some keys; a diff of whole maps would cost as much as they are large. */
export const differencesAt = (keys: readonly MapKey[], from: ImportMap, to: ImportMap): Promise<Difference[]> =>
  inSlices(comparing([...new Set(keys)].sort(), from, to));

function* comparing(keys: readonly MapKey[], from: ImportMap, to: ImportMap): Sliced<Difference[]> {
  const found: Difference[] = [];
  yield* forEach(keys, (key) => {
    const difference = differenceAt(key, from, to);
    if (difference) found.push(difference);
  });
  return found;
}
