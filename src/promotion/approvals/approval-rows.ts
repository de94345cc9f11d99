// Approvals and rejects as they are kept.
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import type { Approval } from '../domain/approvals-policy.js';

export interface NewApproval extends Omit<Approval, 'since'> {
  readonly ticket: number;
  readonly stage: string;
  readonly checked: boolean;
}

const AS_APPROVAL = `a.kind, a.name, a.who, a.by, a.revision, a.at_stage AS at, a.comment, ${utcSql('a.created_at')} AS since`;

/** What is in force for a stage, of any revision; oldest first. */
export const approvalsOf = (sql: Sql, ticket: number, stage: string): Promise<Approval[]> =>
  sql.run<Approval>({
    name: 'approvals_of',
    text: `SELECT ${AS_APPROVAL} FROM approval a WHERE a.ticket_id = $1 AND a.stage = $2 AND a.withdrawn_at IS NULL ORDER BY a.id`,
    values: [ticket, stage],
  });

/**
 * Keeps what somebody says, and withdraws what they said to the contrary. Undefined where they have said just that already.
 */
export async function writeApproval(tx: Tx, given: NewApproval): Promise<Approval | undefined> {
  const { ticket, stage, revision, kind, name, who, by, checked, at, comment } = given;
  const [written] = await tx.run<Approval>({
    name: 'approval_write',
    text: `WITH gone AS (UPDATE approval a SET withdrawn_at = clock_timestamp()
        WHERE a.ticket_id = $1 AND a.stage = $2 AND a.revision = $3 AND a.who = $6 AND a.withdrawn_at IS NULL AND a.kind <> $4
          AND (a.name IS NULL OR $5::text IS NULL OR a.name = $5))
      INSERT INTO approval AS a (ticket_id, stage, revision, kind, name, who, by, checked, at_stage, comment)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE NOT EXISTS (SELECT 1 FROM approval b
        WHERE b.ticket_id = $1 AND b.stage = $2 AND b.revision = $3 AND b.kind = $4 AND b.who = $6 AND b.withdrawn_at IS NULL
          AND b.name IS NOT DISTINCT FROM $5 AND b.at_stage IS NOT DISTINCT FROM $9 AND b.comment = $10)
      RETURNING ${AS_APPROVAL}`,
    values: [ticket, stage, revision, kind, name, who, by, checked, at, comment],
  });
  return written;
}

/** Withdraws all that somebody said of a revision for a stage, or for one of its rules; answers it. */
export const withdrawApprovals = (
  tx: Tx,
  { ticket, stage, revision, who, name }: Pick<NewApproval, 'ticket' | 'stage' | 'revision' | 'who' | 'name'>,
): Promise<Approval[]> =>
  tx.run<Approval>({
    name: 'approval_withdraw',
    text: `UPDATE approval a SET withdrawn_at = clock_timestamp()
      WHERE a.ticket_id = $1 AND a.stage = $2 AND a.revision = $3 AND a.who = $4 AND a.withdrawn_at IS NULL
        AND ($5::text IS NULL OR a.name = $5) RETURNING ${AS_APPROVAL}`,
    values: [ticket, stage, revision, who, name],
  });
