// append: the one way into the log. A row goes in with the change that it tells of, in the same transaction or statement,
// and has no public number until the relay gives it one (stream.md, "The log").
import type { Sql } from '../platform/database/statement.js';

/** The longest line; the rest is cut. */
const LINE_LENGTH = 140;

/** SQL for each column of an event; texts of our own and placeholders, never input. */
export interface EventSql {
  readonly type: string;
  readonly subject: string;
  readonly severity?: string;
  readonly actor: string;
  readonly project?: string;
  readonly ticket?: string;
  readonly subticket?: string;
  readonly version?: string;
  readonly line: string;
  readonly link?: string;
  readonly data: string;
}

/**
 * `INSERT INTO event … SELECT … <from>` as part of a statement that makes the change: `from` must yield one row for each
 * event, after the changed row was locked, so that outbox ids follow versions.
 */
export function insertEventSql(event: EventSql, from: string): string {
  const oneLine = `left(translate(${event.line}, E'\\n\\r\\t', '   '), ${LINE_LENGTH})`;
  return `INSERT INTO event (type, subject, severity, actor, project_id, ticket_id, subticket_id, version, line, link, data)
    SELECT ${event.type}, ${event.subject}, ${event.severity ?? "'info'"}, ${event.actor}, ${event.project ?? 'NULL::int'},
      ${event.ticket ?? 'NULL::int'}, ${event.subticket ?? 'NULL::int'}, ${event.version ?? 'NULL::int'}, ${oneLine},
      ${event.link ?? 'NULL::text'}, ${event.data} ${from}`;
}

export interface NewEvent {
  readonly type: string;
  readonly subject: string;
  readonly severity?: 'info' | 'warn' | 'error';
  readonly actor: string;
  readonly project: number | null;
  readonly ticket: number | null;
  readonly subticket: number | null;
  readonly version: number | null;
  readonly line: string;
  readonly data: object;
}

/** Appends one event inside an open transaction, whose locks the caller holds. */
export async function appendEvent(sql: Sql, event: NewEvent): Promise<void> {
  const text = insertEventSql(
    {
      type: '$1',
      subject: '$2',
      severity: '$3',
      actor: '$4',
      project: '$5::int',
      ticket: '$6::int',
      subticket: '$7::int',
      version: '$8::int',
      line: '$9::text',
      data: '$10::jsonb',
    },
    '',
  );
  const { type, subject, severity = 'info', actor, project, ticket, subticket, version, line, data } = event;
  await sql.run({
    name: 'append_event',
    text,
    values: [type, subject, severity, actor, project, ticket, subticket, version, line, JSON.stringify(data)],
  });
}
