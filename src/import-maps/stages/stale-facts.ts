// Stale keys with what became of them in production, for verdicts and warnings.
import type { Sql } from '../../platform/database/statement.js';
import { isPast, type StaleKey } from '../domain/conflict.js';
import type { StaleFact } from '../domain/conflicts-policy.js';
import { type KeyChange, lastChanges } from '../store/key-history.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';

/** A stale key, and who changed it last in production; undefined where no layer of somebody else says. */
export interface Overtaken extends StaleFact {
  readonly change: KeyChange | undefined;
}

/** A key that is as production had it once may have been brought, and taken back, by the ticket itself. */
export async function overtakenOf(sql: Sql, ticket: DeltaTicket, stale: readonly StaleKey[]): Promise<Overtaken[]> {
  const project = ticket.project.id;
  const keys = stale.map(({ key }) => key);
  const past = stale.filter(isPast).map(({ key }) => key);
  const [others, all] = await Promise.all([
    lastChanges(sql, { project, except: ticket.id }, keys),
    lastChanges(sql, { project }, past),
  ]);
  return stale.map((one) => {
    const { key } = one;
    const change = isPast(one) ? all.get(key) : others.get(key);
    const fact = { key, otherTicket: change?.ticket ?? null, change };
    return isPast(one) ? { ...fact, past: { release: change?.release ?? null } } : fact;
  });
}
