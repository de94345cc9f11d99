// An event as the stream sends it: what filters look at, and its message, made once for all who get it.
import type { Sql } from '../platform/database/statement.js';
import { selectList } from '../rest/reading/view-sql.js';
import { event } from './event.resource.js';

export interface StreamEvent {
  readonly seq: number;
  readonly type: string;
  readonly severity: string;
  readonly project: number | null;
  readonly ticket: number | null;
  readonly stage: string | null;
  /** A part of something larger that has its own line. */
  readonly detail: boolean;
  /** The message of Server-Sent Events: `id: <seq>`, `data: <the event as JSON>`. */
  readonly message: Buffer;
}

type EventRow = Omit<StreamEvent, 'message'> & { readonly body: string };

let columns: string | undefined;

/** As `/api/v1/event/` shows it, without `data`: the line says it, the rest is behind `resource_uri`. */
function columnsSql(): string {
  columns ??= selectList(event, 't', { omit: ['data'] });
  return columns;
}

/** Numbered events that fulfil `where` (SQL over alias `t`), in the order of their numbers. */
export async function readEvents(
  sql: Sql,
  name: string | undefined,
  where: string,
  values: readonly unknown[],
  limit: number,
): Promise<StreamEvent[]> {
  const rows = await sql.run<EventRow>({
    ...(name === undefined ? {} : { name }),
    text: `SELECT t.id AS seq, t.type, t.severity, t.project_id AS project, t.ticket_id AS ticket, t.stage, t.detail, row_to_json(v)::text AS body
      FROM numbered_event t, LATERAL (SELECT ${columnsSql()}) v WHERE ${where} ORDER BY t.id LIMIT ${limit}`,
    values,
  });
  return rows.map(({ body, ...row }) => ({
    ...row,
    message: Buffer.from(`id: ${row.seq}\ndata: ${body}\n\n`),
  }));
}
