// Production with the deltas of the tickets that a page asks for over it, or production and why not.
import { conflict } from '../../platform/errors.js';
import { changesOf } from '../domain/delta.js';
import { keyText, type MapKey } from '../domain/map-key.js';
import { sameTarget, type ImportMap, type Target } from '../domain/import-map.js';
import type { Found } from './fresh-maps.js';
import { identityOf } from './identity.js';
import type { ServedTicket } from './tickets-cache.js';

/** A ticket that was asked for, as it was found. */
export interface AskedTicket extends Found<ServedTicket | undefined> {
  readonly reference: string;
  /** The stage that the URL says it is at. */
  readonly stage: string;
}

/** Why a ticket isn't shown, as X-Stamp-Status says it; undefined where it can be. `unknown; stale`: nobody could be asked. */
export function refusalOf({ value, stale, stage }: AskedTicket): string | undefined {
  if (!value) return stale ? 'unknown; stale' : 'unknown';
  if (value.closed) return 'closed';
  return value.stage === stage ? undefined : `stage-mismatch; stage=${value.stage}`;
}

/** What distinguishes the stamp of these tickets from all others over the same map. */
export const deltasOf = (tickets: readonly ServedTicket[]): string =>
  tickets
    .map(({ delta }) => identityOf(delta))
    .sort()
    .join();

/** Throws a conflict that names both, where two tickets want different things of a key. */
export function previewMap(production: ImportMap, tickets: readonly ServedTicket[]): ImportMap {
  const changes = new Map<MapKey, Target | null>();
  const owners = new Map<MapKey, ServedTicket>();
  for (const ticket of tickets) {
    for (const [key, target] of changesOf(ticket.delta)) {
      const owner = owners.get(key);
      if (owner && !sameTarget(changes.get(key), target)) throw bothChange(owner, ticket, key);
      owners.set(key, ticket);
      changes.set(key, target);
    }
  }
  return production.with(changes);
}

const bothChange = (one: ServedTicket, other: ServedTicket, key: MapKey): Error =>
  conflict(
    'map.tickets_conflict',
    `${one.key} and ${other.key} both change ${keyText(key)}, in different ways. Show one of them at a time.`,
  );
