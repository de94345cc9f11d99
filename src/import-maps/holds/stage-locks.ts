// Who looks at a stage's lock and who changes it exclude each other, so that nothing comes after a lock that was answered.
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import type { Hold } from '../domain/hold.js';
import { lockedSummary, type StagePlace, unlockAction } from '../domain/lock-policy.js';
import { holdOf } from './held-rows.js';

const KEYS = "hashtext('lock of stage ' || $1), $2";

/** Until every promotion to the stage that looked at its lock is done. Whoever locks a stage takes no other lock. */
export const waitForPromotions = (tx: Tx, project: number, stage: string): Promise<unknown> =>
  tx.run({ text: `SELECT pg_advisory_xact_lock(${KEYS})`, values: [stage, project] });

/** Keeps the stage as it is, locked or not, to the transaction's end. Taken behind the pointer and the ticket. */
export const keepLock = (tx: Tx, project: number, stage: string): Promise<unknown> =>
  tx.run({ name: 'stage_lock_keep', text: `SELECT pg_advisory_xact_lock_shared(${KEYS})`, values: [stage, project] });

/** For a direct write to production. Rejects with conflict `stage.locked`. */
export async function requireUnlocked(tx: Tx, project: number, place: StagePlace, base: string): Promise<void> {
  await keepLock(tx, project, place.stage);
  const lock = await holdOf(tx, { project, stage: place.stage });
  if (lock) throw locked(place, lock, base);
}

const locked = (place: StagePlace, lock: Hold, base: string): DomainError =>
  new DomainError('conflict', 'stage.locked', lockedSummary(place, lock), {
    data: { ...place, lock, next_actions: [unlockAction(place, base)] },
  });
