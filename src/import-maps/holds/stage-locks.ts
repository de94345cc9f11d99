// What a locked stage answers to whoever writes to it directly.
import { DomainError } from '../../platform/errors.js';
import type { Hold } from '../domain/hold.js';
import { lockedSummary, type StagePlace, unlockAction } from '../domain/lock-policy.js';

/** For a direct write to production, whose pointer is locked; `locks` by the stage. Throws conflict `stage.locked`. */
export function requireUnlocked(place: StagePlace, locks: ReadonlyMap<string, Hold>, base: string): void {
  const lock = locks.get(place.stage);
  if (lock) throw locked(place, lock, base);
}

const locked = (place: StagePlace, lock: Hold, base: string): DomainError =>
  new DomainError('conflict', 'stage.locked', lockedSummary(place, lock), {
    data: { ...place, lock, next_actions: [unlockAction(place, base)] },
  });
