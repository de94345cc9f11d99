// Reads one page of a resource as JSON text: rows and count in one statement.
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { asDomainError } from '../../platform/database/database-error.js';
import { Db } from '../../platform/database/db.js';
import { Values } from '../../platform/database/statement.js';
import type { Resource } from '../resource.js';
import { KeyReader } from './key-reader.js';
import { CountCache, EXACT_UP_TO } from './count-cache.js';
import { Joins } from './field-path.js';
import { filterSql } from './filters.js';
import { orderSql, type Page, parsePage, type Query } from './list-query.js';
import { fromSql, selectList } from './view-sql.js';

export interface ListPage extends Page {
  /** The objects' JSON, separated by commas. */
  readonly objects: string;
  readonly lastId: string | null;
  readonly rows: number;
  /** Null on `?after=` pages. */
  readonly total: number | null;
}

interface PageRow {
  objects: string | null;
  rows: number;
  last_id: string | null;
  total: string | null;
}

/** A condition that a URL adds to every filter, such as a ticket's own history. */
export interface Scope {
  readonly column: string;
  readonly value: unknown;
}

/** Statement texts that get a name, so that Postgres keeps their plans; a bound, since names are kept per connection. */
const MOST_NAMED = 200;

@Injectable()
export class ListReader {
  private readonly names = new Map<string, string>();

  constructor(
    private readonly db: Db,
    private readonly keys: KeyReader,
    private readonly counts: CountCache,
  ) {}

  async read(resource: Resource, query: Query, scope?: Scope): Promise<ListPage> {
    const page = parsePage(query);
    const values = new Values();
    const joins = new Joins();
    const { from, where } = fromSql(resource);
    const conditions = [
      ...where,
      ...(scope ? [`${scope.column} = ${values.add(scope.value)}`] : []),
      ...(await filterSql(
        resource,
        query,
        joins,
        (value) => values.add(value),
        (key) => this.keys.find(key),
      )),
    ];
    const filtered = joins.sql;
    const order = page.after === undefined ? orderSql(resource, query, joins) : 'ORDER BY t.id';
    const whole = (sql: string): string =>
      `FROM ${from} ${sql}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;
    const countFrom = whole(filtered);
    const countValues = [...values.list];
    const key = `${countFrom}\0${JSON.stringify(countValues)}`;
    const known = page.after === undefined ? this.counts.known(key) : 0;
    if (page.after !== undefined) conditions.push(`t.id > ${values.add(page.after)}::bigint`);
    const row = await this.page(
      resource,
      page,
      { whole: whole(joins.sql), order, countFrom: known === undefined ? countFrom : undefined },
      values,
    );
    const total =
      page.after !== undefined ? null : (known ?? (await this.exact(Number(row.total), key, countFrom, countValues)));
    return { ...page, objects: row.objects ?? '', rows: row.rows, lastId: row.last_id, total };
  }

  /** A count that reached the request's limit is taken in full, once; from then on it is known. */
  private async exact(total: number, key: string, countFrom: string, values: unknown[]): Promise<number> {
    return total <= EXACT_UP_TO ? total : this.counts.count(key, `SELECT count(*) AS total ${countFrom}`, values);
  }

  private async page(
    resource: Resource,
    page: Page,
    sql: { whole: string; order: string; countFrom: string | undefined },
    values: Values,
  ): Promise<PageRow> {
    const limit = `${values.add(page.limit)}::bigint`;
    const offset = `${values.add(page.offset)}::bigint`;
    // The count is asked for only when the page doesn't show the list's end by itself: a scalar subquery is run on demand.
    const total = sql.countFrom
      ? `CASE WHEN count(*) > 0 AND count(*) < ${limit} THEN ${offset} + count(*) ELSE (SELECT count(*) FROM (SELECT 1 ${sql.countFrom} LIMIT ${EXACT_UP_TO + 1}) c) END`
      : 'NULL::bigint';
    const text = `SELECT string_agg(row_to_json(v)::text, ',') AS objects, count(*)::int AS rows, max(v.id)::text AS last_id, ${total} AS total
      FROM (SELECT ${selectList(resource, 't')} ${sql.whole} ${sql.order} LIMIT ${limit} OFFSET ${offset}) v`;
    try {
      const [row] = await this.db.run<PageRow>({ ...this.named(text), values: values.list });
      return row as PageRow;
    } catch (error) {
      throw asDomainError(error);
    }
  }

  private named(text: string): { text: string; name?: string } {
    const known = this.names.get(text);
    if (known) return { text, name: known };
    if (this.names.size >= MOST_NAMED) return { text };
    const name = `list_${createHash('sha1').update(text).digest('hex')}`;
    this.names.set(text, name);
    return { text, name };
  }
}
