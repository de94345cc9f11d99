// Reads objects by id as JSON text, each endpoint with one prepared statement.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import type { ObjectJson } from '../object-json.js';
import type { Resource } from '../resource.js';
import { fromSql, selectList } from './view-sql.js';

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

  /** Those of the ids that exist, in the order of their ids, as `[id, JSON]`. */
  async readMany(resource: Resource, ids: readonly number[], sql: Sql = this.db): Promise<[number, string][]> {
    const rows = await sql.run<{ id: number; body: string }>({
      text: `SELECT t.id, row_to_json(v)::text AS body ${this.from(resource)} t.id = ANY($1::bigint[]) ORDER BY t.id`,
      values: [ids],
    });
    return rows.map((row) => [row.id, row.body]);
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
