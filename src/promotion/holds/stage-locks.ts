// What a locked stage answers to whoever writes to it directly.
import { DomainError } from '../../platform/errors.js';
import type { Hold } from '../domain/hold.js';
import { lockedSummary, type StagePlace, unlockAction } from '../domain/lock-policy.js';

/** For a direct write to production, whose pointer is locked; `locks` by the stage. Throws conflict `stage.locked`. */
export function requireUnlocked(place: StagePlace, locks: ReadonlyMap<string, Hold>, base: string): void {
  const lock = locks.get(place.stage);
  if (lock) throw locked(place, lock, base);
}

function locked(place: StagePlace, lock: Hold, base: string): DomainError {
  const summary = lockedSummary(place, lock);
  return new DomainError('conflict', 'stage.locked', summary, {
    data: { ...place, lock, summary, next_actions: [unlockAction(place, base)] },
  });
}
