// The project that a URL names with `?project=<name>`; `default` where it names none.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { notFound } from '../../platform/errors.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import type { StageSetting } from '../../projects/stage-setting.js';
import type { StageLine } from '../domain/stage-line.js';
import { stageLineOf } from '../store/stage-lines.js';

export interface NamedProject {
  readonly id: number;
  readonly name: string;
  readonly line: StageLine;
  /** `url_safe_list` of its settings. */
  readonly safeList: readonly string[];
}

@Injectable()
export class NamedProjects {
  constructor(private readonly db: Db) {}

  /** By name, or by id. Rejects with not_found. */
  async of(query: unknown): Promise<NamedProject> {
    const name = lastOf((query as Query).project) ?? 'default';
    const [row] = await this.db.run<{
      id: number;
      name: string;
      stages: StageSetting[] | null;
      safe_list: string[] | null;
    }>({
      name: 'stages_project_named',
      text: `SELECT id, name, settings->'stages' AS stages, settings->'url_safe_list' AS safe_list FROM project WHERE name = $1 OR id::text = $1 ORDER BY name = $1 DESC LIMIT 1`,
      values: [name.replaceAll('\0', '')],
    });
    if (!row) throw notFound(`There is no project '${name.slice(0, 100)}'.`);
    return { id: row.id, name: row.name, line: stageLineOf(row.stages), safeList: row.safe_list ?? [] };
  }
}
