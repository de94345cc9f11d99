// Of the subtickets for one source package in a ticket, exactly one is live (rest-api.md, section 6): a new upload
// supersedes the one before it, and when the live one is deleted, the one before it is live again. Called with the ticket
// locked, so that two uploads are seen one after the other.
import type { Tx } from '../platform/database/db.js';
import { type EventDraft, resourceNamed, type Row, uriOf, type WriteContext } from '../rest/resource.js';
import { updateSql } from '../rest/writing/row-sql.js';
import { reinstatedLine, supersededLine } from '../log/lines/work-lines.js';

/** Marks the other live ones for its source package as superseded by `newest`. */
export async function supersedeOthers(tx: Tx, newest: Row, context: WriteContext): Promise<void> {
  const subticket = resourceNamed('subticket');
  for (const id of await liveBeside(tx, newest)) {
    const event: EventDraft = {
      type: 'subticket.superseded',
      line: supersededLine(id, newest.id),
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
  const event: EventDraft = {
    type: 'subticket.reinstated',
    line: reinstatedLine(newest, deleted.id),
    data: { before: { superseded_by: uriOf(subticket, deleted.id) }, after: { superseded_by: null } },
  };
  await tx.run(updateSql(subticket, newest, { superseded_by: null }, event, context.actor));
}

/** The live ones that track the same in the same ticket, without itself, in the order of their ids. */
async function liveBeside(tx: Tx, one: Row): Promise<number[]> {
  const rows = await tx.run<{ id: number }>({
    name: 'live_beside',
    text: `SELECT s.id FROM subticket s WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL AND s.id <> $2
        AND ${trackedSql('s.source_package_upload_id', 's.merge_proposal_id')} = ${trackedSql('$3::bigint', '$4::bigint')}
      ORDER BY s.id FOR NO KEY UPDATE OF s`,
    values: [one.ticket, one.id, one.source_package_upload ?? null, one.merge_proposal ?? null],
  });
  return rows.map((row) => row.id);
}

/** What a subticket is for: the source package of its upload, or the branch of its merge proposal. */
const trackedSql = (upload: string, proposal: string): string =>
  `COALESCE((SELECT 'package ' || u.sourcepackage_id FROM spu u WHERE u.id = ${upload}), (SELECT 'branch ' || m.branch_id FROM mergeproposal m WHERE m.id = ${proposal}))`;

/** For many subtickets made at once: of those that track the same, the newest supersedes the others. */
export async function supersedeRepeats(tx: Tx, ticket: number, context: WriteContext): Promise<void> {
  const newest = await tx.run<{ row: Row }>({
    text: `SELECT jsonb_build_object('id', max(s.id), 'ticket', $1::bigint, 'source_package_upload', (array_agg(s.source_package_upload_id ORDER BY s.id DESC))[1],
        'merge_proposal', (array_agg(s.merge_proposal_id ORDER BY s.id DESC))[1]) AS row
      FROM subticket s WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL
      GROUP BY ${trackedSql('s.source_package_upload_id', 's.merge_proposal_id')} HAVING count(*) > 1`,
    values: [ticket],
  });
  for (const { row } of newest) await supersedeOthers(tx, row, context);
}
