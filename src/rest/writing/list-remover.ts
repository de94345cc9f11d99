// DELETE of a whole list: what a filter finds, like the list that it would show without paging; all or nothing (promise 6).
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Db, type Tx } from '../../platform/database/db.js';
import { type Statement, Values } from '../../platform/database/statement.js';
import { type DomainError, invalid } from '../../platform/errors.js';
import { Joins } from '../reading/field-path.js';
import { filterSql } from '../reading/filters.js';
import { KeyReader } from '../reading/key-reader.js';
import type { Query } from '../reading/list-query.js';
import { withIds } from '../reading/named-reference.js';
import { ownSql } from '../reading/own-sql.js';
import { asLookupError, SLOW_MS, SlowLookups } from '../reading/slow-lookups.js';
import { readsTheTable } from '../reading/table-reads.js';
import { fromSql } from '../reading/view-sql.js';
import type { Resource } from '../resource.js';
import { lockFirst, lockRows } from './locked-row.js';
import { ResourceRemover } from './resource-remover.js';
import type { WriteOptions } from './resource-writer.js';
import { rulesOf } from './rules-of.js';

/** What one request may delete; a larger list is deleted in parts. */
const MOST_DELETED = 1000;

/** A list that is to be deleted: the statement that finds its ids, of some ids where they are known. */
export interface DeletedList {
  readonly find: (among?: readonly number[]) => Statement;
  /** What a lookup that no index serves has found already, outside of any transaction. */
  readonly found: readonly number[] | undefined;
}

@Injectable()
export class ListRemover {
  constructor(
    private readonly db: Db,
    private readonly modules: ModuleRef,
    private readonly remover: ResourceRemover,
    private readonly keys: KeyReader,
    private readonly slow: SlowLookups,
  ) {}

  /** Before a transaction is open: a slow lookup waits for its own connections, and must not hold another meanwhile. */
  async plan(resource: Resource, asked: Query, options: WriteOptions): Promise<DeletedList> {
    const query = await withIds(resource, asked, this.db);
    const values = new Values();
    const joins = new Joins();
    const { from, where } = fromSql(resource);
    const add = (value: unknown): string => values.add(value);
    const own = ownSql(resource, options.context.reach, add);
    const filters = await filterSql(resource, query, joins, add, (keys) => this.keys.findMany(keys));
    const conditions = [...where, ...own, ...filters];
    const isSlow = readsTheTable(resource, query, { reach: options.context.reach });
    const find = (among?: readonly number[]): Statement => {
      const all = among ? [...conditions, `t.id = ANY($${values.list.length + 1}::bigint[])`] : conditions;
      const filter = all.length > 0 ? `WHERE ${all.join(' AND ')}` : '';
      return {
        text: `SELECT t.id FROM ${from} ${joins.sql} ${filter} ORDER BY t.id LIMIT ${MOST_DELETED + 1}`,
        values: among ? [...values.list, among] : values.list,
        ...(isSlow ? { limitMs: SLOW_MS } : {}),
      };
    };
    if (!isSlow) return { find, found: undefined };
    const { text, values: given } = find();
    const rows = await this.slow.run<{ id: number }>({ text, ...(given ? { values: given } : {}) });
    return { find, found: rows.map(({ id }) => id) };
  }

  async remove(resource: Resource, list: DeletedList, options: WriteOptions, tx?: Tx): Promise<void> {
    await this.db.within(tx, async (open) => {
      const find = async (among?: readonly number[]): Promise<number[]> =>
        (await open.run<{ id: number }>(list.find(among)).catch(rethrown)).map(({ id }) => id);
      const found = list.found ?? (await find());
      if (found.length > MOST_DELETED) throw tooMany();
      if (found.length === 0) return;
      await lockFirst(open, rulesOf(this.modules, resource), found);
      await lockRows(open, resource, 'id', found, 'NO KEY UPDATE');
      // Some may have changed before they were locked, and are not what was meant any more.
      await this.remover.remove(resource, await find(found), options, open);
    });
  }
}

const rethrown = (error: unknown): never => {
  throw asLookupError(error);
};

const tooMany = (): DomainError =>
  invalid(
    'delete.too_many',
    `This would delete more than ${MOST_DELETED} objects. Narrow the filter and delete in parts.`,
  );
