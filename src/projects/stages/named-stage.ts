// The project that a URL names with `?project=<name>`; `default` where it names none.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict, notFound } from '../../platform/errors.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { KNOWN_MODULES_URLS } from '../../projects/keep-modules-url.js';
import type { StageSetting } from './stage-setting.js';
import { production, type Stage, type StageOrder, stageNamed } from './stage-order.js';
import { ModulesUrls } from '../modules-urls.js';
import { PreviewLocks } from '../preview-locks.js';
import { stageOrderOf } from './stage-setting.js';
import { quoted } from '../../platform/redact.js';

export interface NamedProject {
  readonly id: number;
  readonly name: string;
  readonly stages: StageOrder;
  /** `url_safe_list` of its settings. */
  readonly safeList: readonly string[];
  /** `relative_addresses`. */
  readonly relative: boolean;
  /** What the URLs of its modules begin with; null: the origin that a client calls us by. */
  readonly modulesUrl: string | null;
  /** All that they began with; see OwnAddresses. */
  readonly bases: readonly string[];
  /** `page`: where links to previews lead; null where only the import maps are known. */
  readonly page: string | null;
  /** Whether links to its tickets need a preview key. */
  readonly previews: 'open' | 'key';
}

@Injectable()
export class NamedProjects {
  constructor(
    private readonly db: Db,
    private readonly locks: PreviewLocks,
    private readonly modulesUrls: ModulesUrls,
  ) {}

  /** By name, or by id. Rejects with not_found. */
  of(query: unknown, sql: Sql = this.db): Promise<NamedProject> {
    const name = (lastOf((query as Query).project) ?? 'default').replaceAll('\0', '');
    return this.find(sql, 'project_named', 'name = $1 OR id::text = $1 ORDER BY name = $1 DESC', name);
  }

  withId(id: number, sql: Sql = this.db): Promise<NamedProject> {
    return this.find(sql, 'project_with_id', 'id = $1::bigint', String(id));
  }

  private async find(sql: Sql, statement: string, where: string, value: string): Promise<NamedProject> {
    const [row] = await sql.run<{
      id: number;
      name: string;
      stages: StageSetting[] | null;
      safe_list: string[] | null;
      open_previews: boolean | null;
      relative: boolean | null;
      page: string | null;
      modules_url: string | null;
      bases: string[] | null;
    }>({
      name: statement,
      text: `SELECT id, name, settings->'stages' AS stages, settings->'url_safe_list' AS safe_list,
          (settings->>'open_previews')::boolean AS open_previews,
          (settings->>'relative_addresses')::boolean AS relative,
          settings->>'page' AS page, settings->>'modules_url' AS modules_url, ${KNOWN_MODULES_URLS} AS bases FROM project p WHERE ${where} LIMIT 1`,
      values: [value],
    });
    if (!row) throw notFound(`There is no project '${quoted(value, 100)}'.`);
    const { id, name, stages, safe_list: safeList, open_previews: isOpen, relative, page, bases } = row;
    const previews = this.locks.isLocked(isOpen ?? false) ? 'key' : 'open';
    return {
      id,
      name,
      stages: stageOrderOf(stages),
      safeList: safeList ?? [],
      relative: relative ?? false,
      modulesUrl: this.modulesUrls.of(row.modules_url),
      bases: bases ?? [],
      page,
      previews,
    };
  }
}

/** Rejects with not_found. */
export function stageOf(project: NamedProject, name: string): Stage {
  const stage = stageNamed(project.stages, name);
  if (stage) return stage;
  const names = project.stages.map((one) => one.name).join(', ');
  throw notFound(`Unknown stage '${quoted(name, 100)}' in ${project.name}. Known: ${names}.`);
}

/** For what is written to production alone. Rejects with conflict `stage.not_production`. */
export function requireProduction(project: NamedProject, stage: Stage): Stage {
  const live = production(project.stages).name;
  if (stage.name === live) return stage;
  throw conflict(
    'stage.not_production',
    `${stage.name} is a state of tickets and can't be written to: write to ${live}.`,
  );
}
