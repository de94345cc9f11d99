// Three-way: what production was when a ticket changed a key, what it is now, what the ticket wants (import-maps.md, 1).
import { type Delta, type DeltaEntry, entryKey } from './delta.js';
import type { MapKey } from './map-key.js';
import { atOnce, forEach, type Sliced } from '../../platform/sliced.js';
import { sameTarget, type ImportMap, type Target } from './import-map.js';

/** `clean`: production is as it was. `live`: production has it already. `stale`: somebody else released another value. */
export type KeyState = 'clean' | 'live' | 'stale';

export function keyState(operation: DeltaEntry, production: ImportMap): KeyState {
  const now = production.get(entryKey(operation));
  if (sameTarget(now, operation.base)) return 'clean';
  return sameTarget(now, operation.set) ? 'live' : 'stale';
}

export interface StaleKey {
  readonly key: MapKey;
  readonly base: Target | null;
  readonly production: Target | null;
  readonly mine: Target | null;
}

/** The keys that stand in the way of a promotion. */
export const staleKeys = (delta: Delta, production: ImportMap): StaleKey[] => atOnce(findingStale(delta, production));

/** The same in slices. */
export function* findingStale(delta: Delta, production: ImportMap): Sliced<StaleKey[]> {
  const stale: StaleKey[] = [];
  yield* forEach(delta, (operation) => {
    if (keyState(operation, production) !== 'stale') return;
    const key = entryKey(operation);
    stale.push({ key, base: operation.base, production: production.get(key) ?? null, mine: operation.set });
  });
  return stale;
}

/**
 * The ticket has the key as production had it once: a watched folder that is behind, or a value that was live and was
 * replaced or taken out since.
 */
export const isPast = ({ base, mine }: StaleKey): boolean => mine !== null && sameTarget(base, mine);

/** `mine` keeps the ticket's value over what production has now; `theirs` gives the key up. */
export type Choice = 'mine' | 'theirs';

/**
 * The delta with the chosen keys settled; operations that stay as they are are the same objects. Keys that it doesn't have are
 * left to the caller to refuse.
 */
export const rebase = (delta: Delta, production: ImportMap, choices: ReadonlyMap<MapKey, Choice>): Delta =>
  atOnce(rebasing(delta, production, choices));

/** The same in slices. */
export function* rebasing(delta: Delta, production: ImportMap, choices: ReadonlyMap<MapKey, Choice>): Sliced<Delta> {
  const settled: DeltaEntry[] = [];
  yield* forEach(delta, (operation) => {
    const key = entryKey(operation);
    const choice = choices.get(key);
    const now = production.get(key) ?? null;
    if (choice === 'theirs') return;
    const isNew = choice === 'mine' && !sameTarget(operation.base, now);
    settled.push(isNew ? { ...operation, base: now } : operation);
  });
  return settled;
}
