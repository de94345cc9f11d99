// Commands on a project's stages: locking them, and bringing production back to a release.
import { Injectable } from '@nestjs/common';
import { lockVerdict } from '../promotion/domain/lock-policy.js';
import { production } from '../projects/stages/stage-order.js';
import { newHold } from '../promotion/holds/hold-body.js';
import { lockedView } from '../promotion/holds/hold-view.js';
import { type LockedStage, LockStage } from '../promotion/holds/lock-stage.js';
import { type NamedProject, requireProduction, stageOf } from '../projects/stages/named-stage.js';
import { RollBack } from '../import-maps/stages/roll-back.js';
import { productionView } from '../import-maps/stages/stage-view.js';
import type { Tx } from '../platform/database/db.js';
import { DomainError } from '../platform/errors.js';
import { requireScope } from '../platform/principal.js';
import { because } from '../log/lines/line.js';
import type { Outcome, Speaker } from './outcome.js';
import type { Command } from './parse-command.js';

@Injectable()
export class StageCommands {
  constructor(
    private readonly locking: LockStage,
    private readonly rollingBack: RollBack,
  ) {}

  async lock(tx: Tx, project: NamedProject, command: Command, speaker: Speaker): Promise<Outcome> {
    const { stage = '', reason = '', until } = command;
    return lockedOutcome(project, await this.locking.lock(tx, project, stage, newHold(reason, until), speaker));
  }

  async unlock(tx: Tx, project: NamedProject, { stage = '', reason }: Command, { actor }: Speaker): Promise<Outcome> {
    return lockedOutcome(project, await this.locking.unlock(tx, project, stage, reason, actor));
  }

  /** @param shown the release that production was at when the command was shown to whoever confirms it */
  async rollback(
    tx: Tx,
    project: NamedProject,
    { stage: name = '', release: target = 0, reason, force = false }: Command,
    { actor, principal, base }: Speaker,
    shown: number | undefined,
  ): Promise<Outcome> {
    const stage = requireProduction(project, stageOf(project, name)).name;
    requireScope(principal, `map:${stage}`);
    let seen = 0;
    const path = `/api/v1/stage/${encodeURIComponent(stage)}/rollback/?project=${encodeURIComponent(project.name)}`;
    const accepts = (now: number): void => {
      seen = now;
      if (shown !== undefined && shown !== now) throw moved(shown, now);
    };
    const { flip, ...report } = await this.rollingBack.run(tx, project.id, target, {
      actor,
      base,
      path,
      accepts,
      reason,
      force,
    });
    const changed = flip.release !== seen;
    const line = changed
      ? `${stage} of ${project.name} rolled back to release ${target}, as release ${flip.release}${because(reason)}`
      : `${stage} of ${project.name} is at release ${seen}, which equals release ${target}`;
    const back = report.suspended.length > 0 ? [`Moved back a stage: ${report.suspended.join(', ')}`] : [];
    return {
      lines: [line, ...back],
      result: await productionView(project, flip, base, report),
      production: changed,
      release: seen,
    };
  }
}

function lockedOutcome(project: NamedProject, locked: LockedStage): Outcome {
  const { summary } = lockVerdict({ stage: locked.stage, project: project.name }, locked.lock, '', '');
  return {
    lines: [summary],
    result: lockedView(project, locked),
    production: locked.changed && locked.stage === production(project.stages).name,
  };
}

const moved = (shown: number, now: number): DomainError =>
  new DomainError(
    'conflict',
    'release.changed',
    `Production is at release ${now}, and was at ${shown} when you gave the command. Review what changed, then give the command again.`,
    { data: { release: now } },
  );
