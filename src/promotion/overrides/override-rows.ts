// Overrides as they are kept. Whether one is still in force, the database's clock says.
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import type { Override } from '../domain/override.js';

/** What overrides are bound to. */
export interface OverridePlace {
  readonly ticket: number;
  readonly stage: string;
  readonly revision: number;
}

export interface NewOverride extends Pick<Override, 'policy' | 'name' | 'reason' | 'actor'> {
  readonly hours: number;
}

const IN_FORCE = 'o.withdrawn_at IS NULL AND o.until > clock_timestamp()';
const AS_OVERRIDE = `o.id, o.policy, o.name, o.actor, o.reason, ${utcSql('o.until')} AS until`;
const AT = 'o.ticket_id = $1 AND o.stage = $2 AND o.revision = $3';

/** Those in force, newest first. */
export const overridesOf = (sql: Sql, { ticket, stage, revision }: OverridePlace): Promise<Override[]> =>
  sql.run<Override>({
    name: 'overrides_of',
    text: `SELECT ${AS_OVERRIDE} FROM policy_override o WHERE ${AT} AND ${IN_FORCE} ORDER BY o.id DESC`,
    values: [ticket, stage, revision],
  });

export async function writeOverride(
  tx: Tx,
  { ticket, stage, revision }: OverridePlace,
  { policy, name, reason, actor, hours }: NewOverride,
): Promise<Override> {
  const [written] = await tx.run<Override>({
    name: 'override_write',
    text: `INSERT INTO policy_override AS o (ticket_id, stage, revision, policy, name, reason, actor, until)
      VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8::int * interval '1 hour') RETURNING ${AS_OVERRIDE}`,
    values: [ticket, stage, revision, policy, name, reason, actor, hours],
  });
  return written as Override;
}

/** Withdraws those in force of a policy and a rule; answers them. */
export const withdrawOverrides = (
  tx: Tx,
  { ticket, stage, revision }: OverridePlace,
  { policy, name }: Pick<Override, 'policy' | 'name'>,
): Promise<Override[]> =>
  tx.run<Override>({
    name: 'override_withdraw',
    text: `UPDATE policy_override o SET withdrawn_at = clock_timestamp()
      WHERE ${AT} AND ${IN_FORCE} AND o.policy = $4 AND o.name IS NOT DISTINCT FROM $5 RETURNING ${AS_OVERRIDE}`,
    values: [ticket, stage, revision, policy, name],
  });
