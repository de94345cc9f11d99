// Reads one page of a resource as JSON text: rows and count in one statement.
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { asQueryError } from '../../platform/database/database-error.js';
import { Db } from '../../platform/database/db.js';
import type { Statement } from '../../platform/database/statement.js';
import type { Reach } from '../../platform/principal.js';
import type { Resource } from '../resource.js';
import { KeyReader } from './key-reader.js';
import { CountCache, EXACT_UP_TO } from './count-cache.js';
import { compileList, type ListStatement } from './list-statement.js';
import type { Page, Query } from './list-query.js';
import { withIds } from './named-reference.js';
import { type FirstRow, type Rest, restOf, type Scope } from './pieces.js';
import { SlowLookups } from './slow-lookups.js';

export interface ListPage extends Page {
  /** The objects' JSON, separated by commas. */
  readonly objects: string;
  readonly lastId: string | null;
  readonly rows: number;
  /** Null on `?after=` pages. */
  readonly total: number | null;
}

/** A page with what its first statement left out. */
export interface BegunPage extends ListPage {
  /** Undefined where `objects` are all. */
  readonly rest: Rest | undefined;
}

interface PageRow extends FirstRow {
  total: string | null;
}

/** Statement texts that get a name, so that Postgres keeps their plans; a bound, since names are kept per connection. */
const MOST_NAMED = 200;
/** Query strings whose statements are kept; dashboards ask the same ones all day. */
const MOST_COMPILED = 500;

@Injectable()
export class ListReader {
  private readonly names = new Map<string, string>();
  private readonly compiled = new Map<string, ListStatement>();

  constructor(
    private readonly db: Db,
    private readonly keys: KeyReader,
    private readonly counts: CountCache,
    private readonly slow: SlowLookups,
  ) {}

  async read(resource: Resource, query: Query, scope?: Scope, reach?: Reach): Promise<BegunPage> {
    const list = await this.compile(resource, query, scope, reach);
    const { page, count, countKey } = list;
    const known = page.after === undefined ? this.counts.known(countKey) : undefined;
    const row = await this.run(known === undefined ? list.counted : list.uncounted, list.slow);
    const found = { ...page, objects: row.objects ?? '', rows: row.rows, lastId: row.last_id, rest: restOf(row) };
    if (page.after !== undefined) return { ...found, total: null };
    const counted = known ?? Number(row.total);
    // A count that reached the request's limit is taken in full, once; from then on it is known.
    const total =
      known === undefined && counted > EXACT_UP_TO
        ? await this.counts.count(countKey, { ...count, slow: list.slow })
        : counted;
    return { ...found, total };
  }

  /** The ids that the page would have now, and as many of those behind it. */
  async idsNow(resource: Resource, query: Query, scope?: Scope, reach?: Reach): Promise<number[]> {
    const { ids, slow } = await this.compile(resource, query, scope, reach);
    const rows = await (slow ? this.slow : this.db).run<{ id: number }>(ids);
    return rows.map(({ id }) => Number(id));
  }

  private async compile(resource: Resource, asked: Query, scope?: Scope, reach?: Reach): Promise<ListStatement> {
    const query = await withIds(resource, asked, this.db);
    const key = scope || reach ? undefined : `${resource.name}${JSON.stringify(query)}`;
    const known = key === undefined ? undefined : this.compiled.get(key);
    if (known) return known;
    const list = await compileList(resource, query, { scope, reach }, (keys) => this.keys.findMany(keys));
    if (key === undefined || !list.lasting) return list;
    if (this.compiled.size >= MOST_COMPILED) this.compiled.clear();
    this.compiled.set(key, list);
    return list;
  }

  private async run(statement: Statement, slow: boolean): Promise<PageRow> {
    if (slow) return (await this.slow.run<PageRow>(statement))[0] as PageRow;
    try {
      const [row] = await this.db.run<PageRow>(this.named(statement));
      return row as PageRow;
    } catch (error) {
      throw asQueryError(error);
    }
  }

  private named({ text, values }: Statement): Statement {
    const known = this.names.get(text);
    if (known) return { name: known, text, values };
    if (this.names.size >= MOST_NAMED) return { text, values };
    const name = `list_${createHash('sha1').update(text).digest('hex')}`;
    this.names.set(text, name);
    return { name, text, values };
  }
}
