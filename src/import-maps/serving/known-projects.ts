// What serving needs of a project: its stages and where previews are allowed.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import type { PreviewOrigins } from '../../projects/preview-origins.js';
import type { ProjectSettings } from '../../projects/project-settings.js';
import type { StageLine } from '../domain/stage-line.js';
import { stageLineOf } from '../store/stage-lines.js';
import { Entries } from './entries.js';

export interface ServedProject {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly stages: StageLine;
  readonly previews: PreviewOrigins | undefined;
  readonly safeList: readonly string[];
}

interface Columns {
  id: number;
  name: string;
  version: number;
  settings: ProjectSettings;
}

@Injectable()
export class KnownProjects {
  private readonly entries = new Entries<ServedProject>({ entries: 1000 });

  constructor(private readonly db: Db) {}

  current = (name: string): ServedProject | undefined => this.entries.current(name);

  isCurrent = (project: ServedProject): boolean => this.entries.isCurrent(project);

  last = (name: string): ServedProject | undefined => this.entries.last(name);

  load = (name: string): Promise<ServedProject | undefined> => this.entries.load(name, () => this.read(name));

  /** Ids of those that somebody asked for. */
  get ids(): number[] {
    return this.entries.values().map(({ id }) => id);
  }

  private async read(name: string): Promise<ServedProject | undefined> {
    const [row] = await this.db.run<Columns>({
      name: 'served_project',
      text: 'SELECT id, name, version, settings FROM project WHERE name = $1',
      values: [name],
    });
    if (!row) return undefined;
    const { id, version, settings } = row;
    return {
      id,
      name,
      version,
      stages: stageLineOf(settings.stages),
      previews: settings.preview_origins,
      safeList: settings.url_safe_list ?? [],
    };
  }

  async compare(sql: Sql): Promise<void> {
    const { ids } = this;
    if (ids.length === 0) return;
    const rows = await sql.run<{ id: number; version: number; name: string }>({
      name: 'served_project_versions',
      text: 'SELECT id, version, name FROM project WHERE id = ANY($1::int[])',
      values: [ids],
    });
    const now = new Map(rows.map((row) => [row.id, row]));
    this.entries.age(({ id, version, name }) => now.get(id)?.version !== version || now.get(id)?.name !== name);
  }
}
