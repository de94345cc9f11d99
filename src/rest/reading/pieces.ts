// Pages in pieces: how much of a page is read at once, so that a page of any size takes little memory here.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { outsideHeap } from '../../platform/http/json-reply.js';
import { Values } from '../../platform/database/statement.js';
import type { Reach } from '../../platform/principal.js';
import type { Resource } from '../resource.js';
import { ownSql } from './own-sql.js';
import { fromSql, selectList } from './view-sql.js';

/** A page up to this is one statement and one text, with an ETag; what a larger one has beyond it is read in pieces. */
export const PAGE_BYTES = 1024 * 1024;
/** Of a piece; one object that is larger is a piece by itself. */
export const PIECE_BYTES = 512 * 1024;
/** Objects of a piece whose sizes aren't known. */
const UNKNOWN_IN_PIECE = 50;

/** A condition that a URL adds to every filter, such as a ticket's own history. */
export interface Scope {
  readonly column: string;
  readonly value: unknown;
}

/** What the first statement says of a page: its beginning, and where that isn't all of it, which objects it has. */
export interface FirstRow {
  objects: string | null;
  rows: number;
  last_id: string | null;
  begun: number;
  ids: readonly (number | string)[] | null;
  sizes: readonly number[] | null;
}

/** Objects whose JSON hasn't been read yet, in the page's order. */
export interface Rest {
  /** Ids of the whole page. */
  readonly ids: readonly number[];
  /** How many of them are read. */
  readonly begun: number;
  /** Bytes of each object of the page, as it was then. */
  readonly sizes: readonly number[];
}

/**
 * The columns of FirstRow for the objects that `rows` selects as `v`. Postgres makes each object's JSON once (the OFFSET keeps
 * it from being asked for twice), and sends no more than PAGE_BYTES of it.
 */
export const firstRowSql = (rows: string, more = ''): string =>
  `SELECT string_agg(body, ',') FILTER (WHERE upto <= ${PAGE_BYTES}) AS objects, count(*)::int AS rows, max(id)::text AS last_id,
      (count(*) FILTER (WHERE upto <= ${PAGE_BYTES}))::int AS begun,
      CASE WHEN max(upto) > ${PAGE_BYTES} THEN array_agg(id) END AS ids, CASE WHEN max(upto) > ${PAGE_BYTES} THEN array_agg(size) END AS sizes${more}
    FROM (SELECT id, body, octet_length(body) AS size, sum(octet_length(body) + 1) OVER (ROWS UNBOUNDED PRECEDING) AS upto
      FROM (SELECT v.id, row_to_json(v)::text AS body FROM (${rows}) v OFFSET 0) made) p`;

/** Undefined where the first statement had all of the page. */
export const restOf = ({ ids, sizes, begun }: FirstRow): Rest | undefined =>
  ids && sizes ? { ids: ids.map(Number), sizes: sizes.map(Number), begun } : undefined;

/** Bytes that sending a page takes in memory at once: what the client is being sent, and the piece after that. */
export const memoryOf = (rest: Rest): number =>
  Math.max(PAGE_BYTES + PIECE_BYTES, rest.sizes.reduce((largest, size) => Math.max(largest, size), 0) * 2);

interface PieceRow {
  id: number;
  /** Null where it didn't fit. */
  body: string | null;
}

@Injectable()
export class PieceReader {
  constructor(private readonly db: Db) {}

  /**
   * The JSON of what is left of a page, a piece at a time and each with a statement of its own, so that no connection waits for
   * a client. `gone` is told of objects that aren't there any more, or not for this reader. Ids beyond the known sizes are fine.
   */
  async *read(
    resource: Resource,
    { ids, sizes, begun }: Rest,
    own: { readonly scope?: Scope | undefined; readonly reach?: Reach },
    gone: (id: number) => void,
  ): AsyncGenerator<string | Buffer> {
    const sizeOf = new Map(ids.map((id, index) => [id, sizes[index] ?? PIECE_BYTES / UNKNOWN_IN_PIECE]));
    let left = ids.slice(begun);
    while (left.length > 0) {
      const asked = pieceOf(left, sizeOf);
      const { text, later } = await this.piece(resource, asked, own, gone);
      left = [...later, ...left.slice(asked.length)];
      if (text !== null) yield text;
    }
  }

  /** `later`: what has grown meanwhile beyond a piece. */
  private async piece(
    resource: Resource,
    asked: readonly number[],
    own: { readonly scope?: Scope | undefined; readonly reach?: Reach },
    gone: (id: number) => void,
  ): Promise<{ text: string | Buffer | null; later: readonly number[] }> {
    const rows = new Map((await this.ask(resource, asked, own)).map((row) => [Number(row.id), row.body]));
    for (const id of asked) if (!rows.has(id)) gone(id);
    const bodies = [...rows.values()].filter((body) => body !== null);
    const later = asked.filter((id) => rows.get(id) === null);
    return { text: bodies.length > 0 ? outsideHeap(bodies.join(',')) : null, later };
  }

  /** In the order of the ids; what has grown meanwhile beyond a piece has no body yet. */
  private ask(
    resource: Resource,
    ids: readonly number[],
    { scope, reach }: { readonly scope?: Scope | undefined; readonly reach?: Reach },
  ): Promise<PieceRow[]> {
    const values = new Values();
    const add = (value: unknown): string => values.add(value);
    const asked = `unnest(${add(ids)}::bigint[]) WITH ORDINALITY asked(id, nr)`;
    const { from, where } = fromSql(resource);
    const conditions = [
      ...where,
      ...(scope ? [`${scope.column} = ${add(scope.value)}`] : []),
      ...ownSql(resource, reach, add),
    ];
    const text = `SELECT id, CASE WHEN upto <= ${PIECE_BYTES} OR upto = size THEN body END AS body
      FROM (SELECT id, body, octet_length(body) AS size, sum(octet_length(body)) OVER (ROWS UNBOUNDED PRECEDING) AS upto
        FROM (SELECT t.id, row_to_json(v)::text AS body FROM ${asked} JOIN ${from} ON t.id = asked.id
          CROSS JOIN LATERAL (SELECT ${selectList(resource, 't')}) v
          ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''} ORDER BY asked.nr OFFSET 0) made) p`;
    return this.db.run<PieceRow>({ text, values: values.list });
  }
}

/** As many as fit into a piece, and one at least. */
function pieceOf(ids: readonly number[], sizeOf: ReadonlyMap<number, number>): readonly number[] {
  let bytes = 0;
  const end = ids.findIndex((id, index) => (bytes += sizeOf.get(id) ?? 0) > PIECE_BYTES && index > 0);
  return end === -1 ? ids : ids.slice(0, end);
}
