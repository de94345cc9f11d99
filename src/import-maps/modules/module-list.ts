// What modules a project has: where each specifier leads in production, and which open tickets change it.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Module } from '../domain/delta.js';
import { type MapKey, partsOf } from '../domain/map-key.js';
import type { Target } from '../domain/stamped-map.js';
import { productionRelease } from '../store/map-pointer.js';
import { ProductionMaps } from '../store/production-maps.js';

export interface TicketsModule {
  /** `TKT-7`. */
  readonly ticket: string;
  readonly stage: string;
  /** Null where the ticket deletes it. */
  readonly url: string | null;
  readonly integrity: string | null;
}

export interface ListedModule {
  readonly specifier: string;
  readonly scope: string | null;
  /** Null where production doesn't have it. */
  readonly production: Target | null;
  readonly tickets: readonly TicketsModule[];
}

export interface ModuleFilter {
  /** Only what this ticket changes. */
  readonly ticket?: number | undefined;
  readonly specifier?: string | undefined;
  readonly prefix?: string | undefined;
}

interface Change {
  key: MapKey;
  ticket: string;
  stage: string;
  set: Module | null;
}

@Injectable()
export class ModuleList {
  constructor(
    private readonly db: Db,
    private readonly productionMaps: ProductionMaps,
  ) {}

  /** A page, by scope and specifier, and how many there are. Released and closed tickets aren't open: theirs is production. */
  async page(
    project: number,
    filter: ModuleFilter,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly modules: readonly ListedModule[]; readonly total: number }> {
    const map = await this.productionMaps.at(project, await productionRelease(this.db, project));
    const open = await this.db.run<{ key: MapKey }>({
      name: 'module_list_keys',
      text: 'SELECT DISTINCT key FROM ticket_key WHERE project_id = $1 AND ($2::int IS NULL OR ticket_id = $2)',
      values: [project, filter.ticket ?? null],
    });
    const ours = open.map(({ key }) => key);
    const all = filter.ticket === undefined ? new Set([...map.keys, ...ours]) : new Set(ours);
    const keys = [...all].filter((key) => isAsked(key, filter)).sort();
    const page = keys.slice(offset, offset + limit);
    const changes = new Map<MapKey, Change[]>(page.map((key) => [key, []]));
    for (const change of await this.changes(project, page)) changes.get(change.key)?.push(change);
    const modules = page.map((key) => ({
      ...partsOf(key),
      production: map.get(key) ?? null,
      tickets: (changes.get(key) ?? []).map(ticketsModule),
    }));
    return { modules, total: keys.length };
  }

  /** What open tickets make of some keys, oldest ticket first. */
  private changes(project: number, keys: readonly MapKey[]): Promise<Change[]> {
    return this.db.run<Change>({
      name: 'module_list_changes',
      text: `SELECT k.key, t.key AS ticket, t.stage, o->'set' AS set FROM ticket_key k JOIN ticket t ON t.id = k.ticket_id,
          LATERAL (SELECT operations FROM map_revision WHERE ticket_id = t.id ORDER BY number DESC LIMIT 1) r,
          LATERAL jsonb_array_elements(r.operations) o
        WHERE k.project_id = $1 AND k.key = ANY($2::text[])
          AND COALESCE(o->>'scope', '') || ' ' || (o->>'specifier') = k.key
        ORDER BY t.id`,
      values: [project, keys],
    });
  }
}

const ticketsModule = ({ ticket, stage, set }: Change): TicketsModule => ({
  ticket,
  stage,
  url: set?.url ?? null,
  integrity: set?.integrity ?? null,
});

function isAsked(key: MapKey, { specifier, prefix }: ModuleFilter): boolean {
  const parts = partsOf(key);
  return (specifier === undefined || parts.specifier === specifier) && parts.specifier.startsWith(prefix ?? '');
}
