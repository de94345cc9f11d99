// POST stage/<name>/lock/ and /unlock/ (promotion.md, "Policies"): nothing is promoted to a locked stage, and nobody writes
// to a locked production. Taking something back (revert, rollback) is always allowed.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { invalid } from '../../platform/errors.js';
import { appendEvent } from '../../log/append-event.js';
import { lockedLine, unlockedLine } from '../../log/lines/stage-lines.js';
import type { Hold } from '../domain/hold.js';
import { firstStage, production } from '../../projects/stages/stage-order.js';
import { type NamedProject, stageOf } from '../../projects/stages/named-stage.js';
import { lockPointer } from '../production-pointer.js';
import { holdOf, type NewHold, removeHold, requireNoEndless, writeHold } from './held-rows.js';
import type { OwnType } from '../../log/lines/event-types.js';
import { unlockAction } from '../domain/lock-policy.js';

export interface LockedStage {
  readonly stage: string;
  readonly lock: Hold | undefined;
  readonly changed: boolean;
}

/** Production's pointer, which every promotion holds to its end: nothing comes after a lock that was answered. */
@Injectable()
export class LockStage {
  /** One that is locked already is locked anew. Rejects with not_found; invalid `until.past`, `lock.first_stage`; conflict `hold.endless`. */
  async lock(
    tx: Tx,
    project: NamedProject,
    name: string,
    wanted: NewHold,
    { actor, base }: { readonly actor: string; readonly base: string },
  ): Promise<LockedStage> {
    const stage = stageOf(project, name).name;
    if (stage === firstStage(project.stages).name && stage !== production(project.stages).name)
      throw invalid(
        'lock.first_stage',
        `The first stage ${stage} can't be locked: tickets start there. Lock a later stage.`,
      );
    await lockPointer(tx, project.id);
    const before = await holdOf(tx, { project: project.id, stage });
    const lift = unlockAction({ stage, project: project.name }, base);
    requireNoEndless(before, wanted, { what: `${stage} of ${project.name} is locked`, lift });
    const lock = await writeHold(tx, { project: project.id, stage }, actor, wanted);
    if (!lock) return { stage, lock: before, changed: false };
    const line = lockedLine(stage, project.name, {
      reason: lock.reason,
      until: lock.until === null ? null : new Date(lock.until),
    });
    await told(tx, project, stage, { type: 'stage.locked', actor, line, before: before ?? null, after: lock });
    return { stage, lock, changed: true };
  }

  /** Rejects with not_found. */
  async unlock(
    tx: Tx,
    project: NamedProject,
    name: string,
    reason: string | undefined,
    actor: string,
  ): Promise<LockedStage> {
    const stage = stageOf(project, name).name;
    await lockPointer(tx, project.id);
    const before = await removeHold(tx, { project: project.id, stage });
    if (!before) return { stage, lock: undefined, changed: false };
    const line = unlockedLine(stage, project.name, reason);
    await told(tx, project, stage, { type: 'stage.unlocked', actor, line, before, after: null, reason });
    return { stage, lock: undefined, changed: true };
  }
}

/** Its row has a name of its own in the log: `stage_lock/<project>/<stage>`. */
async function told(
  tx: Tx,
  project: NamedProject,
  stage: string,
  {
    type,
    actor,
    line,
    before,
    after,
    reason,
  }: {
    type: OwnType;
    actor: string;
    line: string;
    before: Hold | null;
    after: Hold | null;
    reason?: string | undefined;
  },
): Promise<void> {
  await appendEvent(tx, {
    type,
    subject: `stage_lock/${project.id}/${stage}`,
    actor,
    project: project.id,
    ticket: null,
    subticket: null,
    stage,
    version: null,
    line,
    link: `/api/v1/stage/${encodeURIComponent(stage)}/?project=${encodeURIComponent(project.name)}`,
    data: { before: { lock: before }, after: { lock: after }, reason },
  });
}
