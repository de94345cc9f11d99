// A new upload of the same source package replaces the older live subticket in its ticket (rest-api.md, section 6).
import type { Tx } from '../platform/database/db.js';
import { resourceNamed, type Row, uriOf, type WriteContext } from '../rest/resource.js';
import { updateSql } from '../rest/writing/row-sql.js';

/** Marks older live ones as superseded by `newest`. The ticket is locked, so there is at most one. */
export async function supersedeOlder(tx: Tx, newest: Row, context: WriteContext): Promise<void> {
  const subticket = resourceNamed('subticket');
  const older = await tx.run<{ id: number }>({
    text: `SELECT s.id FROM subticket s JOIN spu u ON u.id = s.source_package_upload_id
      WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL AND s.id <> $2
        AND u.sourcepackage_id = (SELECT n.sourcepackage_id FROM spu n WHERE n.id = $3) ORDER BY s.id FOR NO KEY UPDATE OF s`,
    values: [newest.ticket, newest.id, newest.source_package_upload],
  });
  for (const { id } of older) {
    const event = {
      type: 'subticket.superseded',
      line: `Subticket ${id} superseded by subticket ${newest.id}`,
      data: { before: { superseded_by: null }, after: { superseded_by: uriOf(subticket, newest.id) } },
    };
    await tx.run(updateSql(subticket, id, { superseded_by: newest.id }, event, context.actor));
  }
}
