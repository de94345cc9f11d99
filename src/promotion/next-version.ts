// A ticket's next version, for an event that changes none of its fields.
import type { Tx } from '../platform/database/db.js';
import { type EventDraft, resourceNamed, type Row } from '../rest/resource.js';
import { updateSql } from '../rest/writing/row-sql.js';
import type { LockedTicket } from './locked-ticket.js';

/** The row as it is with the event. */
export async function nextVersion(
  tx: Tx,
  ticket: LockedTicket,
  event: EventDraft,
  { actor }: { readonly actor: string },
): Promise<Row> {
  const [changed] = await tx.run<{ row: Row }>(updateSql(resourceNamed('ticket'), ticket.id, {}, event, actor));
  return changed?.row ?? ticket.row;
}
