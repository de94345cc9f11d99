// How a project's stages look on the wire, with what production is at and who locks them.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { type NamedProject, stageOf } from '../../projects/stages/named-stage.js';
import { production, type Stage } from '../../projects/stages/stage-order.js';
import type { Hold } from '../../promotion/domain/hold.js';
import { locksOf } from '../../promotion/holds/held-rows.js';
import { productionRelease } from '../../promotion/production-pointer.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { Tagged } from '../../rest/operations/operation.js';

@Injectable()
export class StageReader {
  constructor(private readonly db: Db) {}

  async list(project: NamedProject): Promise<object> {
    const release = await productionRelease(this.db, project.id);
    const locks = await locksOf(this.db, project.id);
    const objects = project.stages.map((stage) => stageView(project, stage, release, locks.get(stage.name)));
    const meta = { limit: 1000, next: null, offset: 0, previous: null, total_count: objects.length };
    return { meta, objects };
  }

  /** Production's ETag is its release, whether it is locked or not. Rejects with not_found. */
  async detail(project: NamedProject, name: string): Promise<object> {
    const stage = stageOf(project, name);
    const release = await productionRelease(this.db, project.id);
    const lock = (await locksOf(this.db, project.id)).get(stage.name);
    const view = stageView(project, stage, release, lock);
    return isLive(project, stage) ? new Tagged(view, versionTag(release)) : view;
  }
}

const isLive = ({ stages }: NamedProject, { name }: Stage): boolean => name === production(stages).name;

export const stageUri = ({ name: project }: NamedProject, { name }: Stage): string =>
  `/api/v1/stage/${name}/${project === 'default' ? '' : `?project=${project}`}`;

const stageView = (project: NamedProject, stage: Stage, release: number, lock: Hold | undefined): object => ({
  ...stage,
  project: project.name,
  production: isLive(project, stage),
  release: isLive(project, stage) ? release : null,
  previews: project.previews,
  page: project.page,
  lock: lock ?? null,
  resource_uri: stageUri(project, stage),
});
