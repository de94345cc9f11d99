// A list's query string as SQL: one statement for the page, and for its count beside it or alone.
import type { Statement } from '../../platform/database/statement.js';
import { Values } from '../../platform/database/statement.js';
import type { Reach } from '../../platform/principal.js';
import type { Resource } from '../resource.js';
import { EXACT_UP_TO } from './count-cache.js';
import { Joins } from './field-path.js';
import { filterSql, type KeysResolver } from './filters.js';
import { orderSql, type Page, parsePage, type Query } from './list-query.js';
import { ownSql } from './own-sql.js';
import { isDeep } from './slow-lookups.js';
import { readsTheTable } from './table-reads.js';
import { firstRowSql, type Scope } from './pieces.js';
import { fromSql, selectList } from './view-sql.js';

export interface ListStatement {
  readonly page: Page;
  /** The page with its count, exact up to EXACT_UP_TO; without one for `?after=`. */
  readonly counted: Statement;
  readonly uncounted: Statement;
  /** The ids of the page and of as many objects behind it. */
  readonly ids: Statement;
  /** The exact count alone. */
  readonly count: Statement;
  /** What the count depends on. */
  readonly countKey: string;
  /** True where no index serves it: it has its own share of connections. */
  readonly slow: boolean;
  /** False where it holds for this moment only: a key in it was looked up. */
  readonly lasting: boolean;
}

/** Of these there are few enough to stand in the text. */
const PLAIN_LIMITS: ReadonlySet<number> = new Set([20, 50, 100, 1000]);

/**
 * Where every value stands in the text (see `lookupSql`), Postgres plans once and by those values. Where some are
 * parameters, the limit is one too: then Postgres plans for the values of each request, which a rare value needs.
 */
export async function compileList(
  resource: Resource,
  query: Query,
  { scope, reach }: { readonly scope?: Scope | undefined; readonly reach?: Reach },
  findKeys: KeysResolver,
): Promise<ListStatement> {
  const page = parsePage(query);
  const values = new Values();
  const joins = new Joins();
  let lasting = true;
  const add = (value: unknown): string => values.add(value);
  const resolve: KeysResolver = (keys) => {
    lasting = false;
    return findKeys(keys);
  };
  const { from, where } = fromSql(resource);
  const own = [...(scope ? [`${scope.column} = ${add(scope.value)}`] : []), ...ownSql(resource, reach, add)];
  const conditions = [...where, ...own, ...(await filterSql(resource, query, joins, add, resolve))];
  const countFrom = fromWhere(from, joins.sql, conditions);
  const countValues = [...values.list];
  const order = page.after === undefined ? orderSql(resource, query, joins) : 'ORDER BY t.id';
  if (page.after !== undefined) conditions.push(`t.id > ${add(page.after)}::bigint`);
  const plain = values.list.length === 0 && page.offset === 0 && PLAIN_LIMITS.has(page.limit);
  const limit = plain ? String(page.limit) : `${add(page.limit)}::bigint`;
  const offset = plain ? '0' : `${add(page.offset)}::bigint`;
  const rows = `SELECT ${selectList(resource, 't')} ${fromWhere(from, joins.sql, conditions)} ${order} LIMIT ${limit} OFFSET ${offset}`;
  const statement = (total: string): Statement => ({
    text: firstRowSql(rows, `, ${total} AS total`),
    values: values.list,
  });
  const uncounted = statement('NULL::bigint');
  return {
    page,
    counted: page.after === undefined ? statement(totalSql(countFrom, limit, offset)) : uncounted,
    uncounted,
    ids: {
      text: `SELECT t.id ${fromWhere(from, joins.sql, conditions)} ${order} LIMIT 2 * ${limit} OFFSET ${offset}`,
      values: values.list,
    },
    count: { text: `SELECT count(*) AS total ${countFrom}`, values: countValues },
    countKey: `${countFrom}\0${JSON.stringify(countValues)}`,
    slow: isDeep(page.offset) || readsTheTable(resource, query, { scope, reach }),
    lasting,
  };
}

const fromWhere = (from: string, joins: string, conditions: readonly string[]): string =>
  `FROM ${from} ${joins}${conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''}`;

/** Counts only when the page doesn't show the list's end by itself: a scalar subquery is run on demand. */
const totalSql = (countFrom: string, limit: string, offset: string): string =>
  `CASE WHEN count(*) > 0 AND count(*) < ${limit} THEN ${offset} + count(*) ELSE (SELECT count(*) FROM (SELECT 1 ${countFrom} LIMIT ${EXACT_UP_TO + 1}) c) END`;
