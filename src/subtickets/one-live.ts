// Of the subtickets for one source package in a ticket, exactly one is live (rest-api.md, section 6): a new upload
// supersedes the one before it, and when the live one is deleted, the one before it is live again. Called with the ticket
// locked, so that two uploads are seen one after the other.
import type { Tx } from '../platform/database/db.js';
import { resourceNamed, type Row, uriOf, type WriteContext } from '../rest/resource.js';
import { updateSql } from '../rest/writing/row-sql.js';

/** Marks the other live ones for its source package as superseded by `newest`. */
export async function supersedeOthers(tx: Tx, newest: Row, context: WriteContext): Promise<void> {
  const subticket = resourceNamed('subticket');
  for (const id of await liveBeside(tx, newest)) {
    const event = {
      type: 'subticket.superseded',
      line: `Subticket ${id} superseded by subticket ${newest.id}`,
      data: { before: { superseded_by: null }, after: { superseded_by: uriOf(subticket, newest.id) } },
    };
    await tx.run(updateSql(subticket, id, { superseded_by: newest.id }, event, context.actor));
  }
}

/** After a deletion, which freed those that the deleted one had superseded: only the newest of them may be live. */
export async function reinstateNewest(tx: Tx, deleted: Row, context: WriteContext): Promise<void> {
  const subticket = resourceNamed('subticket');
  const newest = (await liveBeside(tx, deleted)).at(-1);
  if (newest === undefined) return;
  await supersedeOthers(tx, { ...deleted, id: newest }, context);
  if (deleted.superseded_by !== null) return; // Another was live all the time.
  const event = {
    type: 'subticket.reinstated',
    line: `Subticket ${newest} is live again: subticket ${deleted.id} was deleted`,
    data: { before: { superseded_by: uriOf(subticket, deleted.id) }, after: { superseded_by: null } },
  };
  await tx.run(updateSql(subticket, newest, { superseded_by: null }, event, context.actor));
}

/** The live ones for the same source package in the same ticket, without itself, in the order of their ids. */
async function liveBeside(tx: Tx, one: Row): Promise<number[]> {
  const rows = await tx.run<{ id: number }>({
    name: 'live_beside',
    text: `SELECT s.id FROM subticket s JOIN spu u ON u.id = s.source_package_upload_id
      WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL AND s.id <> $2
        AND u.sourcepackage_id = (SELECT n.sourcepackage_id FROM spu n WHERE n.id = $3)
      ORDER BY s.id FOR NO KEY UPDATE OF s`,
    values: [one.ticket, one.id, one.source_package_upload],
  });
  return rows.map((row) => row.id);
}
