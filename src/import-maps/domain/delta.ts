// A ticket's delta: its operations over production, never a copy of the map (import-maps.md, section 1).
import { keyOf, type MapKey } from './map-key.js';
import { atOnce, forEach, type Sliced } from '../../platform/sliced.js';
import { baseSaid, isGivenUp, type Judged } from './source-base.js';
import { type MapChanges, plainTarget, sameTarget, type ImportMap, type Target } from './import-map.js';

/** A module that a ticket brings. */
export interface Module extends Target {
  /** The specifiers that it imports, as they stand in it; absent where nobody looked (a URL elsewhere). */
  readonly imports?: readonly string[];
}

/** One key's change: what it is set to (null: it is deleted), and production's value when the change was made. */
export interface DeltaEntry {
  readonly scope: string | null;
  readonly specifier: string;
  readonly set: Module | null;
  readonly base: Target | null;
  /** The file was in no commit as it was sent. */
  readonly dirty?: true;
  /** The commit that a build's file was made from. */
  readonly built?: string;
  /** Its base is what the sender's history says, and not only what production was when it came. */
  readonly compared?: true;
}

/** At most one operation a key, sorted by key. */
export type Delta = readonly DeltaEntry[];

/** A change that is asked for: set, or delete where `set` is null. */
export type Change = Omit<DeltaEntry, 'base' | 'compared'>;

export const entryKey = ({ specifier, scope }: Change): MapKey => keyOf(specifier, scope);

export const keysOf = (delta: Delta): MapKey[] => delta.map(entryKey);

/** Of changes that are the files of a folder that is kept in step, sent whether somebody changed them or not. */
export interface Watched {
  /** The keys whose file is what production had there once, and has no more. */
  readonly past: ReadonlySet<MapKey>;
  /** What the sender's files were made from; without it production as it is now counts. See source-base.ts. */
  readonly judged?: Judged;
}

/**
 * The delta after some changes, each based on production as it is now. A deletion of what production doesn't have drops the
 * operation; the same change again leaves it as it is, base included: a repeat changes nothing, and settles no conflict that
 * nobody has seen.
 *
 * A watched file that is production's is no change, and takes back the one that there was. One that production had once is
 * based on what it was then: a folder that is behind can't take back what others released since, for it is stale.
 */
export const changeDelta = (
  delta: Delta,
  changes: readonly Change[],
  production: ImportMap,
  watched?: Watched,
): Delta => atOnce(changingDelta(delta, changes, production, watched));

/** The same in slices. */
export function* changingDelta(
  delta: Delta,
  changes: readonly Change[],
  production: ImportMap,
  watched?: Watched,
): Sliced<Delta> {
  const settled = new Map<MapKey, DeltaEntry | null>();
  yield* forEach(changes, (change) => {
    const key = entryKey(change);
    const known = settled.get(key);
    const [before, now] = [known === undefined ? entryAt(delta, key) : known, production.get(key)];
    const repeated = before && sameTarget(before.set, change.set);
    const base = baseSaid(watched?.judged, key, now);
    if (sameTarget(change.set, now) && (watched || !change.set)) settled.set(key, null);
    else if (isGivenUp(watched?.judged, key, change, base, now)) settled.set(key, null);
    else if (base !== undefined) settled.set(key, { ...change, base, compared: true });
    else if (repeated) settled.set(key, { ...change, base: before.base });
    else settled.set(key, { ...change, base: plainTarget(watched?.past.has(key) ? change.set : now) });
  });
  yield* forEach(watched?.judged?.kept ?? [], (key) => {
    const operation = settled.has(key) ? undefined : entryAt(delta, key);
    const base = operation && baseSaid(watched?.judged, key, production.get(key));
    if (!operation || base === undefined) return;
    const { dirty: _dirty, built: _built, ...rest } = operation;
    settled.set(key, { ...rest, base, compared: true, ...marksOf(watched?.judged, key) });
  });
  for (const key of watched?.judged?.unchanged ?? []) settled.set(key, null);
  return yield* settingOperations(delta, settled);
}

function marksOf(judged: Judged | undefined, key: MapKey): Pick<DeltaEntry, 'dirty' | 'built'> {
  const built = judged?.built.get(key);
  return { ...(judged?.dirty.has(key) && { dirty: true }), ...(built !== undefined && { built }) };
}

/** A delta with some operations set or gone (null): costs what changes, besides one copy. */
export const withEntries = (delta: Delta, changes: ReadonlyMap<MapKey, DeltaEntry | null>): Delta =>
  atOnce(settingOperations(delta, changes));

function* settingOperations(delta: Delta, changes: ReadonlyMap<MapKey, DeltaEntry | null>): Sliced<Delta> {
  const next: DeltaEntry[] = [];
  let from = 0;
  yield* forEach([...changes.keys()].sort(), (key) => {
    const operation = changes.get(key);
    const place = placeOf(delta, key);
    for (; from < place; from++) next.push(delta[from] as DeltaEntry);
    if (from < delta.length && entryKey(delta[from] as DeltaEntry) === key) from++;
    if (operation) next.push(operation);
  });
  for (; from < delta.length; from++) next.push(delta[from] as DeltaEntry);
  return next;
}

/** A delta's operation at a key. */
export function entryAt(delta: Delta, key: MapKey): DeltaEntry | undefined {
  const found = delta[placeOf(delta, key)];
  return found && entryKey(found) === key ? found : undefined;
}

/** True where some of it was in no commit as it came. */
export const isDirty = (delta: Delta): boolean => delta.some(({ dirty }) => dirty);

/**
 * As it is once all of its sources were found in a commit; the same where none was dirty. A package, whose files no commit has,
 * stays as it came.
 */
export function committed(delta: Delta): Delta {
  const packages = delta.flatMap(({ specifier, set }) => (set && specifier.endsWith('/') ? [set.url] : []));
  const isSource = ({ dirty, set }: DeltaEntry): boolean =>
    dirty === true && !packages.some((folder) => set?.url.startsWith(folder));
  if (!delta.some(isSource)) return delta;
  return delta.map((operation) => {
    if (!isSource(operation)) return operation;
    const { dirty: _void, ...rest } = operation;
    return rest;
  });
}

/**
 * True where some of it is of a watched folder or a package: then an upload's commit is where the clone was, which may be another
 * change.
 */
export const isFromClone = (delta: Delta): boolean =>
  delta.some(
    ({ set, compared, dirty, specifier }) =>
      compared === true || dirty === true || set?.source !== undefined || (set !== null && specifier.endsWith('/')),
  );

/** Where a key stands in a delta, or would stand. */
function placeOf(delta: Delta, key: MapKey): number {
  let [low, high] = [0, delta.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entryKey(delta[middle] as DeltaEntry) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The changes that make a key what production has there already. */
export const liveAmong = (changes: readonly Change[], production: ImportMap): Change[] =>
  changes.filter((change) => sameTarget(change.set, production.get(entryKey(change))));

/** What two deltas don't share, each sorted by key. */
export interface Difference {
  readonly gone: readonly DeltaEntry[];
  readonly come: readonly DeltaEntry[];
}

/** Costs little where a change left most operations alone, which are the same objects then; equal ones are told as different. */
export function difference(before: Delta, after: Delta): Difference {
  const [gone, come]: [DeltaEntry[], DeltaEntry[]] = [[], []];
  let at = 0;
  for (const operation of after) {
    let old = before[at];
    while (old && old !== operation && entryKey(old) <= entryKey(operation)) {
      gone.push(old);
      old = before[(at += 1)];
    }
    if (old === operation) at += 1;
    else come.push(operation);
  }
  return { gone: [...gone, ...before.slice(at)], come };
}

/** What a delta makes of the keys that it names. */
export const changesOf = (delta: Delta): MapChanges =>
  new Map(delta.map((operation) => [entryKey(operation), plainTarget(operation.set)]));

/** The stamp: production with the delta over it. */
export const overlay = (production: ImportMap, delta: Delta): ImportMap => atOnce(overlaying(production, delta));

/** The same in slices. */
export function* overlaying(production: ImportMap, delta: Delta): Sliced<ImportMap> {
  const changes = new Map<MapKey, Target | null>();
  yield* forEach(delta, (operation) => changes.set(entryKey(operation), plainTarget(operation.set)));
  return yield* production.changing(changes);
}

/** Every specifier that the delta's modules import. */
export const importsOf = (delta: Delta): string[] =>
  [...new Set(delta.flatMap(({ set }) => set?.imports ?? []))].sort();

/** What an operation takes in memory beside its texts, and each text beside its characters. */
const OPERATION_BYTES = 400;
const TEXT_BYTES = 40;

/** About what a delta takes in memory: caches count it, imports too, which may be most of it. */
export function bytesOf(delta: Delta): number {
  let bytes = 500;
  for (const { specifier, scope, set } of delta) {
    bytes +=
      OPERATION_BYTES + specifier.length + (scope?.length ?? 0) + (set?.url.length ?? 0) + (set?.source?.length ?? 0);
    for (const one of set?.imports ?? []) bytes += TEXT_BYTES + one.length;
  }
  return bytes;
}
