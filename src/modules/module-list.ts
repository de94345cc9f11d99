// What modules a project has: where each specifier leads in production, and which open tickets change it.
import { Injectable } from '@nestjs/common';
import { Db } from '../platform/database/db.js';
import { inSlices } from '../platform/in-slices.js';
import type { Module } from '../import-maps/domain/delta.js';
import { type MapKey, partsOf } from '../import-maps/domain/map-key.js';
import { forEach, type Sliced } from '../platform/sliced.js';
import { ImportMap, type Target } from '../import-maps/domain/import-map.js';
import { productionRelease } from '../promotion/production-pointer.js';
import { ProductionMaps } from '../import-maps/store/production-maps.js';

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

/** So many keys are merged before others have a turn. */
const MERGED = 2000;

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
      // What is asked for is chosen here: open tickets may have a hundred thousand keys, which would all be read by this process.
      text: `SELECT DISTINCT key FROM ticket_key WHERE project_id = $1 AND ($2::bigint IS NULL OR ticket_id = $2)
        AND ($3::text IS NULL OR substr(key, strpos(key, ' ') + 1) = $3)
        AND ($4::text IS NULL OR starts_with(substr(key, strpos(key, ' ') + 1), $4))`,
      values: [project, filter.ticket ?? null, narrowing(filter.specifier), narrowing(filter.prefix)],
    });
    const known = filter.ticket === undefined ? map : ImportMap.empty;
    const { page, total } = await inSlices(
      choosing(
        known,
        open.map(({ key }) => key),
        filter,
        { limit, offset },
      ),
    );
    const changes = new Map<MapKey, Change[]>(page.map((key) => [key, []]));
    for (const change of await this.changes(project, page)) changes.get(change.key)?.push(change);
    const modules = page.map((key) => ({
      ...partsOf(key),
      production: map.get(key) ?? null,
      tickets: (changes.get(key) ?? []).map(ticketsModule),
    }));
    return { modules, total };
  }

  /** What open tickets make of some keys, oldest ticket first: each ticket's operations are gone through once. */
  private changes(project: number, keys: readonly MapKey[]): Promise<Change[]> {
    return this.db.run<Change>({
      name: 'module_list_changes',
      text: `WITH asked AS (SELECT ticket_id, key FROM ticket_key WHERE project_id = $1 AND key = ANY($2::text[])),
          wanted AS (SELECT DISTINCT ON (v.ticket_id, o.key) v.ticket_id, o.key, o.set FROM (SELECT DISTINCT ticket_id FROM asked) a
            CROSS JOIN LATERAL (SELECT number, COALESCE(whole, number) AS whole FROM map_revision
              WHERE ticket_id = a.ticket_id ORDER BY number DESC LIMIT 1) r
            JOIN map_revision v ON v.ticket_id = a.ticket_id AND v.number BETWEEN r.whole AND r.number
            CROSS JOIN LATERAL (SELECT COALESCE(e->>'scope', '') || ' ' || (e->>'specifier') AS key, e->'set' AS set
              FROM jsonb_array_elements(CASE WHEN v.whole IS NULL THEN v.operations ELSE v.operations->'changed' END) e) o
            WHERE o.key = ANY($2::text[]) ORDER BY v.ticket_id, o.key, v.number DESC)
        SELECT a.key, t.key AS ticket, t.stage, w.set FROM asked a JOIN wanted w USING (ticket_id, key)
          JOIN ticket t ON t.id = a.ticket_id ORDER BY t.id`,
      values: [project, keys],
    });
  }
}

/** Postgres takes no NUL, and no key has one: `choosing` finds none. */
const narrowing = (text: string | undefined): string | null => (text?.includes('\0') ? null : (text ?? null));

const ticketsModule = ({ ticket, stage, set }: Change): TicketsModule => ({
  ticket,
  stage,
  url: set?.url ?? null,
  integrity: set?.integrity ?? null,
});

/** The keys of a page, and how many there are in all: of production's map, which is sorted, and of open tickets, which add a few. */
function* choosing(
  map: ImportMap,
  ours: readonly MapKey[],
  filter: ModuleFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Sliced<{ page: MapKey[]; total: number }> {
  const isAll = filter.specifier === undefined && filter.prefix === undefined;
  const theirs: MapKey[] = [];
  if (!isAll) yield* forEach(map.keys, (key) => isAsked(key, filter) && theirs.push(key));
  const more: MapKey[] = [];
  yield* forEach(ours, (key) => !map.get(key) && isAsked(key, filter) && more.push(key));
  more.sort();
  const sorted = isAll ? map.keys : theirs;
  const total = sorted.length + more.length;
  return { page: yield* pageOf(sorted, more, offset, Math.min(offset + limit, total)), total };
}

/** From `from` up to `to` in what two sorted lists are together. */
function* pageOf(one: readonly MapKey[], other: readonly MapKey[], from: number, to: number): Sliced<MapKey[]> {
  if (other.length === 0) return one.slice(from, to);
  const page: MapKey[] = [];
  let [atOne, atOther] = [0, 0];
  for (let at = 0; at < to; at++) {
    const [next, against] = [one[atOne], other[atOther]];
    const isOne = next !== undefined && (against === undefined || next < against);
    if (at >= from) page.push((isOne ? next : against) as MapKey);
    if (isOne) atOne++;
    else atOther++;
    if (at % MERGED === 0) yield;
  }
  return page;
}

function isAsked(key: MapKey, { specifier, prefix }: ModuleFilter): boolean {
  const parts = partsOf(key);
  return (specifier === undefined || parts.specifier === specifier) && parts.specifier.startsWith(prefix ?? '');
}
