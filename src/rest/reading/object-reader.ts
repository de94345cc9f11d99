// Reads objects by id as JSON text, each endpoint with one prepared statement.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import type { ObjectJson } from '../object-json.js';
import type { Resource } from '../resource.js';
import { type FirstRow, firstRowSql, type Rest, restOf } from './pieces.js';
import { fromSql, selectList } from './view-sql.js';

export interface FoundSet {
  readonly found: Set<number>;
  /** Their JSON, separated by commas. */
  readonly objects: string;
  /** Undefined where `objects` are all. */
  readonly rest: Rest | undefined;
}

@Injectable()
export class ObjectReader {
  private readonly byId = new Map<Resource, { name: string; text: string }>();

  constructor(private readonly db: Db) {}

  /** The object with this id, or undefined where the endpoint has none. */
  async read(resource: Resource, id: number, sql: Sql = this.db): Promise<ObjectJson | undefined> {
    const { name, text } = this.statement(resource);
    const [row] = await sql.run<ObjectJson>({ name, text, values: [id] });
    return row;
  }

  /** Those of the ids that exist, in this order: the JSON of the first of them, and what is left. */
  async readSet(resource: Resource, ids: readonly number[]): Promise<FoundSet> {
    const { from, where } = fromSql(resource);
    const rows = `SELECT ${selectList(resource, 't')} FROM unnest($1::bigint[]) WITH ORDINALITY asked(id, nr)
      JOIN ${from} ON ${['t.id = asked.id', ...where].join(' AND ')} ORDER BY asked.nr`;
    const text = firstRowSql(rows, ', COALESCE(array_agg(id), ARRAY[]::bigint[]) AS found');
    const [row] = await this.db.run<FirstRow & { found: readonly (number | string)[] }>({ text, values: [ids] });
    const { found, objects } = row as FirstRow & { found: readonly (number | string)[] };
    return { found: new Set(found.map(Number)), objects: objects ?? '', rest: restOf(row as FirstRow) };
  }

  private statement(resource: Resource): { name: string; text: string } {
    const known = this.byId.get(resource);
    if (known) return known;
    const version = resource.versioned ? 't.version' : 'NULL::int';
    const text = `SELECT row_to_json(v)::text AS body, ${version} AS version ${this.from(resource)} t.id = $1::bigint`;
    const made = { name: `detail_${resource.name}`, text };
    this.byId.set(resource, made);
    return made;
  }

  private from(resource: Resource): string {
    const { from, where } = fromSql(resource);
    return `FROM ${from}, LATERAL (SELECT ${selectList(resource, 't')}) v WHERE ${where.map((one) => `${one} AND`).join(' ')}`;
  }
}
