// What a ticket's and production's past say of the versions that watched sources were made from.
import type { Sql } from '../../platform/database/statement.js';
import { type Change, type Delta, entryAt } from '../domain/delta.js';
import { keyOf, type MapKey } from '../domain/map-key.js';
import { isBasedOn, type Judged } from '../domain/source-base.js';
import type { ImportMap, Target } from '../domain/import-map.js';
import { isAmong, nameFor, sharesAny } from './layers-by-key.js';

/** What an upload says of the versions that its files were made from. */
export type SaidBases = Pick<Judged, 'bases' | 'kept' | 'dirty' | 'built' | 'unchanged'>;

/** Reads nothing where all files were made from what production has. */
export async function judgedBy(
  sql: Sql,
  { ticket, project, delta }: { readonly ticket: number; readonly project: number; readonly delta: Delta },
  said: SaidBases,
  production: ImportMap,
): Promise<Judged> {
  const behind = [...said.bases].filter(([key, base]) => isBasedOn(base, production.get(key)) === false);
  if (behind.length === 0) return { ...said, past: new Map(), givenUp: new Map() };
  const past = new Map<MapKey, Target>();
  const unknown: [MapKey, string][] = [];
  for (const [key, base] of behind) {
    const known = entryAt(delta, key)?.base;
    if (base !== null && known?.source === base) past.set(key, known);
    else if (base !== null) unknown.push([key, base]);
  }
  for (const [key, target] of await pastTargets(sql, project, unknown)) past.set(key, target);
  const keys = behind.map(([key]) => key);
  return { ...said, past, givenUp: await givenUpBy(sql, ticket, keys) };
}

/** What production had at some keys when it was made from some version. */
async function pastTargets(
  sql: Sql,
  project: number,
  versions: readonly (readonly [MapKey, string])[],
): Promise<Map<MapKey, Target>> {
  if (versions.length === 0) return new Map();
  const found = await sql.run<Change>({
    name: nameFor('past_sources', versions),
    text: `SELECT o.scope, o.specifier, o.set FROM layer l, jsonb_to_recordset(l.operations) o (scope text, specifier text, set jsonb)
      WHERE l.project_id = $1 AND ${sharesAny('l.keys', '$2', versions)} AND ${isAmong("o.set->>'source'", '$3')}`,
    values: [project, versions.map(([key]) => key), versions.map(([, version]) => version)],
  });
  const wanted = new Map(versions);
  return new Map(
    found.flatMap(({ specifier, scope, set }) => {
      const key = keyOf(specifier, scope);
      if (!set || wanted.get(key) !== set.source) return [];
      const { url, integrity, source } = set;
      return [[key, { url, ...(integrity && { integrity }), ...(source && { source }) }] as const];
    }),
  );
}

/** Of one key so many layers are looked through for the versions that production had. */
const MOST_BEFORE = 50;

/** git's ids of the versions that production had at some keys before a release of each, in the newest layers that said them. */
export async function versionsBefore(
  sql: Sql,
  project: number,
  at: readonly { readonly key: MapKey; readonly release: number }[],
): Promise<Map<MapKey, readonly string[]>> {
  if (at.length === 0) return new Map();
  const rows = await sql.run<{ key: MapKey; versions: string[] }>({
    name: 'versions_before',
    text: `SELECT c.key, array_agg(DISTINCT o.source) AS versions FROM unnest($2::text[], $3::bigint[]) c (key, release),
        LATERAL (SELECT l.operations FROM layer l WHERE l.project_id = $1 AND l.keys @> ARRAY[c.key] AND l.added_in < c.release
          ORDER BY l.sequence DESC, l.id DESC LIMIT ${MOST_BEFORE}) p,
        LATERAL (SELECT o.set->>'source' AS source FROM jsonb_to_recordset(p.operations) o (scope text, specifier text, set jsonb)
          WHERE COALESCE(o.scope, '') || ' ' || o.specifier = c.key) o
      WHERE o.source IS NOT NULL GROUP BY c.key`,
    values: [project, at.map(({ key }) => key), at.map(({ release }) => release)],
  });
  return new Map(rows.map(({ key, versions }) => [key, versions]));
}

/** The versions that a ticket's rebases gave up, at some keys or (undefined) at all. */
export async function givenUpBy(
  sql: Sql,
  ticket: number,
  keys: readonly MapKey[] | undefined,
): Promise<Map<MapKey, string>> {
  const rows = await sql.run<{ key: MapKey; source: string }>({
    name: 'given_up',
    text: 'SELECT key, source FROM given_up_source WHERE ticket_id = $1 AND ($2::text[] IS NULL OR key = ANY($2::text[]))',
    values: [ticket, keys ?? null],
  });
  return new Map(rows.map(({ key, source }) => [key, source]));
}

/** A rebase takes production's at some keys: the versions there, `GONE` for a deletion, don't come back by themselves. */
export async function giveUp(sql: Sql, ticket: number, versions: ReadonlyMap<MapKey, string>): Promise<void> {
  if (versions.size === 0) return;
  await sql.run({
    name: 'give_up',
    text: `INSERT INTO given_up_source (ticket_id, key, source) SELECT $1, v.key, v.source FROM unnest($2::text[], $3::text[]) v (key, source)
      ON CONFLICT (ticket_id, key) DO UPDATE SET source = excluded.source`,
    values: [ticket, [...versions.keys()], [...versions.values()]],
  });
}
