// The stages of each project: its own list, or the default.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { DEFAULT_STAGES, type StageSetting } from './stage-setting.js';
import type { StageLine } from './stage-order.js';

/** The stages that settings list; the default where they list none. A title that isn't given is the name. */
export const stageLineOf = (stages: readonly StageSetting[] | null | undefined): StageLine =>
  (stages?.length ? stages : DEFAULT_STAGES).map(({ name, step, title }) => ({ name, step, title: title ?? name }));

@Injectable()
export class StageLines {
  constructor(private readonly db: Db) {}

  async of(projectId: number, sql: Sql = this.db): Promise<StageLine> {
    const [project] = await sql.run<{ stages: StageSetting[] | null }>({
      name: 'project_stages',
      text: "SELECT settings->'stages' AS stages FROM project WHERE id = $1",
      values: [projectId],
    });
    return stageLineOf(project?.stages);
  }
}
