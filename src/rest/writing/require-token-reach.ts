// The last look at a write by a token for some projects: every accepted change appends an event with its project (promise
// 7), so whatever the write did, its events tell where. An operation can't forget this: it is asked here, before the commit.
import type { Tx } from '../../platform/database/db.js';
import { otherProject, type Reach } from '../../platform/principal.js';

/** 2³¹ + 2³²: brings the distance of two transactions' numbers, which begin anew at 2³², into what % can take. */
const AHEAD = 6_442_450_944;

/** The whole number of the transaction, or subtransaction, that made a row: `xmin` is its lower half, and near to ours. */
const MADE_BY = `((SELECT o.id FROM ours o) + (e.xmin::text::bigint - (SELECT o.id FROM ours o) % 4294967296 + ${AHEAD}) % 4294967296 - 2147483648)`;

/**
 * Does the write, and rejects with forbidden `project.other` where it appended an event of another project. Events of others
 * in the same moment are visible once they are committed; those whose transaction isn't are ours.
 */
export async function requireTokenReach<T>(tx: Tx, reach: Reach, write: () => Promise<T>): Promise<T> {
  if (!reach) return write();
  const [before] = await tx.run<{ id: number }>({ text: 'SELECT last_value AS id FROM event_id_seq' });
  const result = await write();
  const others = await tx.run({
    name: 'events_out_of_reach',
    text: `WITH ours AS MATERIALIZED (SELECT pg_current_xact_id()::text::bigint AS id)
      SELECT 1 FROM event e
      WHERE e.id >= $1::bigint AND e.project_id <> ALL($2::bigint[])
        AND pg_xact_status(${MADE_BY}::text::xid8) = 'in progress' LIMIT 1`,
    values: [before?.id, [...reach.keys()]],
  });
  if (others.length > 0) throw otherProject(reach);
  return result;
}
