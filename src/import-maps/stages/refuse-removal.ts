// A ticket that has or had modules in a release stays (rest-api.md, section 3): production serves what it brought, and
// releases, layers and reverts name it.
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';

interface Released {
  readonly id: number;
  readonly key: string;
  readonly project: string;
  readonly release: number;
  /** True where production has modules of it now. */
  readonly live: boolean;
}

/** The tickets are locked. Rejects with conflict `ticket.released`, which names the first ticket and its last release. */
export async function refuseReleased(tx: Tx, tickets: readonly number[]): Promise<void> {
  const [found] = await tx.run<Released>({
    name: 'tickets_released',
    text: `SELECT t.id, t.key, p.name AS project, r.release, EXISTS (SELECT 1 FROM layer l WHERE l.ticket_id = t.id AND l.removed_in IS NULL) AS live
      FROM ticket t JOIN project p ON p.id = t.project_id, LATERAL (
        SELECT max(number) AS release FROM (
          SELECT r.number FROM release r WHERE r.ticket_id = t.id AND r.kind = 'promote'
          UNION ALL SELECT l.added_in FROM layer l WHERE l.ticket_id = t.id) of_it) r
      WHERE t.id = ANY($1::bigint[]) AND r.release IS NOT NULL ORDER BY t.id LIMIT 1`,
    values: [tickets],
  });
  if (!found) return;
  const { id, key, project, release, live } = found;
  // Of the release, not of the ticket: that may be at another stage by now.
  const what = live
    ? `Production has modules that release ${release} of ${project} brought from ${key}`
    : `Release ${release} of ${project} brought modules of ${key} to production`;
  throw new DomainError(
    'conflict',
    'ticket.released',
    `${what}, so the ticket can't be deleted. Close it instead: POST /api/v1/ticket/${id}/close/`,
    { data: { ticket: key, project, release } },
  );
}
