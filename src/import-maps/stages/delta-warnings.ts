// What somebody who changes a ticket's modules should know: who else is at its keys, what production did since, what dangles.
import type { Tx } from '../../platform/database/db.js';
import { staleKeys } from '../domain/conflict.js';
import { type Delta, stamp } from '../domain/delta.js';
import { keyText } from '../domain/map-key.js';
import type { StampedMap } from '../domain/stamped-map.js';
import { type KeyChange, lastChanges, layersImporting } from '../store/key-history.js';
import type { Overlap } from '../store/overlaps.js';
import type { LockedTicket } from '../store/ticket-deltas.js';
import type { MapWarning } from './map-warning.js';
import { danglingImports, deletedBy } from './dangling.js';

export const overlapWarning = ({ key, other, ticket, stage }: Overlap): MapWarning => ({
  code: 'overlap',
  key,
  ticket,
  message: `${ticket} (at ${stage}) changes ${keyText(other)} too: whoever is promoted second has to rebase.`,
});

/** Who it was: `TKT-9`, or the release that a direct write made. */
export const whoChanged = (change: KeyChange | undefined): string =>
  change?.ticket ?? (change ? `A direct write (release ${change.release})` : 'Somebody');

/** Keys whose value in production is no longer what the delta was based on. */
export async function overtakenWarnings(
  tx: Tx,
  ticket: LockedTicket,
  delta: Delta,
  production: StampedMap,
): Promise<MapWarning[]> {
  const stale = staleKeys(delta, production);
  const changes = await lastChanges(
    tx,
    ticket.project.id,
    stale.map(({ key }) => key),
  );
  return stale.map(({ key }) => {
    const change = changes.get(key);
    const message = `${whoChanged(change)} changed ${keyText(key)} since your base.`;
    return { code: 'overtaken', key, ...(change?.ticket ? { ticket: change.ticket } : {}), message };
  });
}

export async function danglingWarnings(
  tx: Tx,
  ticket: LockedTicket,
  delta: Delta,
  production: StampedMap,
): Promise<MapWarning[]> {
  const layers = await layersImporting(tx, ticket.project.id, ticket.release, deletedBy(delta));
  return danglingImports(stamp(production, delta), delta, layers);
}
