// What a locked stage answers to whoever writes to it directly.
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import type { Hold } from '../domain/hold.js';
import { lockedSummary, type StagePlace, unlockAction } from '../domain/lock-policy.js';
import { holdOf } from './held-rows.js';

/** For a direct write to production, whose pointer is locked. Rejects with conflict `stage.locked`. */
export async function requireUnlocked(tx: Tx, project: number, place: StagePlace, base: string): Promise<void> {
  const lock = await holdOf(tx, { project, stage: place.stage });
  if (lock) throw locked(place, lock, base);
}

const locked = (place: StagePlace, lock: Hold, base: string): DomainError =>
  new DomainError('conflict', 'stage.locked', lockedSummary(place, lock), {
    data: { ...place, lock, next_actions: [unlockAction(place, base)] },
  });
