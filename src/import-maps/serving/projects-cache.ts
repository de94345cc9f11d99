// What serving needs of a project: its stages and where previews are allowed.
import { Injectable } from '@nestjs/common';
import { Gathered } from '../../platform/database/gathered.js';
import type { Sql } from '../../platform/database/statement.js';
import { KNOWN_MODULES_URLS } from '../../projects/keep-modules-url.js';
import type { PreviewOrigins } from '../../projects/preview-origins.js';
import type { ProjectSettings } from '../../projects/project-settings.js';
import type { StageOrder } from '../../projects/stages/stage-order.js';
import { ModulesUrls } from '../../projects/modules-urls.js';
import { stageOrderOf } from '../../projects/stages/stage-setting.js';
import { LoadingCache } from './loading-cache.js';
import { ServingDb, tooManyPages } from './serving-db.js';

export interface ServedProject {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly stages: StageOrder;
  readonly previews: PreviewOrigins | undefined;
  readonly safeList: readonly string[];
  readonly relative: boolean;
  /** What the URLs of its modules begin with; null: the origin that a client calls us by. */
  readonly modulesUrl: string | null;
  /** All that they began with; see OwnAddresses. */
  readonly bases: readonly string[];
  /** Names besides its own that production has for import-map-deployer's clients. */
  readonly environments: readonly string[];
  /** Its tickets' maps are shown without a preview key, wherever keys are asked for. */
  readonly openPreviews: boolean;
}

interface Columns {
  id: number;
  name: string;
  version: number;
  settings: ProjectSettings;
  bases: string[] | null;
}

const LONGEST_NAME = 200;
const GATHERED = { atOnce: 1, most: 400, waiting: 1000, full: tooManyPages };

@Injectable()
export class ProjectsCache {
  private readonly entries = new LoadingCache<ServedProject>({ entries: 1000 });

  private readonly gathered = new Gathered<ServedProject>((names) => this.readAll(names), GATHERED);

  constructor(
    private readonly db: ServingDb,
    private readonly modulesUrls: ModulesUrls,
  ) {}

  current = (name: string): ServedProject | undefined => this.entries.current(name);

  isCurrent = (project: ServedProject): boolean => this.entries.isCurrent(project);

  last = (name: string): ServedProject | undefined => this.entries.last(name);

  /** What can't be a project's name isn't asked for: it would spoil the statement that it is gathered into. */
  loadingSince = (name: string): number | undefined => this.entries.loadingSince(name);

  load = (name: string): Promise<ServedProject | undefined> =>
    name.includes('\0') || name.length > LONGEST_NAME
      ? Promise.resolve(undefined)
      : this.entries.load(name, () => this.gathered.ask(name));

  /** Ids of those that somebody asked for. */
  get ids(): number[] {
    return this.entries.values().map(({ id }) => id);
  }

  private async readAll(names: readonly string[]): Promise<Map<string, ServedProject>> {
    const rows = await this.db.run<Columns>({
      name: 'served_projects',
      text: `SELECT id, name, version, settings, ${KNOWN_MODULES_URLS} AS bases FROM project p WHERE name = ANY($1::text[])`,
      values: [names],
    });
    return new Map(rows.map((row) => [row.name, this.served(row)]));
  }

  async compare(sql: Sql): Promise<void> {
    const { ids } = this;
    if (ids.length === 0) return;
    const rows = await sql.run<{ id: number; version: number; name: string }>({
      name: 'served_project_versions',
      text: 'SELECT id, version, name FROM project WHERE id = ANY($1::bigint[])',
      values: [ids],
    });
    const now = new Map(rows.map((row) => [row.id, row]));
    this.entries.age(({ id, version, name }) => now.get(id)?.version !== version || now.get(id)?.name !== name);
  }

  private served({ id, name, version, settings, bases }: Columns): ServedProject {
    return {
      id,
      name,
      version,
      stages: stageOrderOf(settings.stages),
      previews: settings.preview_origins,
      modulesUrl: this.modulesUrls.of(settings.modules_url),
      bases: bases ?? [],
      safeList: settings.url_safe_list ?? [],
      relative: settings.relative_addresses ?? false,
      environments: Object.keys(settings.deployer_environments ?? {}),
      openPreviews: settings.open_previews ?? false,
    };
  }
}
