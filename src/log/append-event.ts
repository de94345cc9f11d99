// append: the one way into the log. A row goes in with the change that it tells of, in the same transaction or statement,
// and has no public number until the relay gives it one (stream.md, "The log").
import type { Sql } from '../platform/database/statement.js';
import { lineSql } from './lines/line.js';
import { inSlices } from '../platform/in-slices.js';
import { redacted, redactedJson, redactedSql } from '../platform/redact.js';
import { type Severity, severityOf } from './lines/severity.js';
import { isDetail, type OwnType } from './lines/event-types.js';

/** So many are made ready before others have a turn. */
const AT_A_TIME = 20;

/** SQL for each column of an event; texts of our own and placeholders, never input. */
export interface EventSql {
  readonly type: string;
  readonly subject: string;
  readonly severity?: string;
  readonly actor: string;
  readonly project?: string;
  readonly ticket?: string;
  readonly subticket?: string;
  readonly stage?: string;
  readonly version?: string;
  readonly line: string;
  readonly link?: string;
  readonly data: string;
  /** Whether it is a detail; left out, it is none. */
  readonly detail?: string;
  /** True where its texts were redacted before they came here, or there are none; else the statement does it. */
  readonly redacted?: boolean;
}

/**
 * `INSERT INTO event … SELECT … <from>` as part of a statement that makes the change: `from` must yield one row for each
 * event, after the changed row was locked, so that outbox ids follow versions.
 */
export function insertEventSql(given: EventSql, from: string): string {
  const event = given.redacted ? given : inSql(given);
  return `INSERT INTO event (type, subject, severity, actor, project_id, ticket_id, subticket_id, stage, version, line, link, data, detail)
    SELECT ${event.type}, ${event.subject}, ${event.severity ?? "'info'"}, ${event.actor}, ${event.project ?? 'NULL::bigint'},
      ${event.ticket ?? 'NULL::bigint'}, ${event.subticket ?? 'NULL::bigint'}, ${event.stage ?? 'NULL::text'}, ${event.version ?? 'NULL::int'}, ${lineSql(event.line)},
      ${event.link ?? 'NULL::text'}, ${event.data}, ${event.detail ?? 'false'} ${from}`;
}

/** No event has a secret in it, whoever wrote it there. */
const inSql = ({ line, link, data, ...others }: EventSql): EventSql => ({
  ...others,
  line: redactedSql(line),
  ...(link === undefined ? {} : { link: redactedSql(link) }),
  data: `${redactedSql(`(${data})::text`)}::jsonb`,
});

export interface NewEvent<Type extends string = OwnType> {
  readonly type: Type;
  readonly subject: string;
  /** What its type has, unless it says another. */
  readonly severity?: Severity;
  readonly actor: string;
  readonly project: number | null;
  readonly ticket: number | null;
  readonly subticket: number | null;
  readonly stage?: string | null;
  readonly version: number | null;
  readonly line: string;
  /** Where to look: a path of this server, or an http(s) URL. */
  readonly link?: string | null;
  readonly data: object;
}

/** What is given of each event, and the types of the placeholders, in their order; see eventValues. */
const GIVEN = {
  type: 'text',
  subject: 'text',
  severity: 'text',
  actor: 'text',
  project: 'bigint',
  ticket: 'bigint',
  subticket: 'bigint',
  version: 'int',
  line: 'text',
  link: 'text',
  data: 'text',
  stage: 'text',
  detail: 'boolean',
} as const;
type Given = keyof typeof GIVEN;
const NAMES = Object.keys(GIVEN) as Given[];

const columnsOf = (sqlOf: (name: Given, place: string) => string): EventSql => {
  const columns = NAMES.map((name, index) => [name, sqlOf(name, `$${index + 1}`)]);
  const given = Object.fromEntries(columns) as Record<Given, string>;
  return { ...given, data: `${given.data}::jsonb`, redacted: true };
};

/** Made once: they are the same for every event. */
const ONE = insertEventSql(
  columnsOf((name, place) => `${place}::${GIVEN[name]}`),
  '',
);
const MANY = insertEventSql(
  columnsOf((name) => `g.${name}`),
  `FROM unnest(${NAMES.map((name, index) => `$${index + 1}::${GIVEN[name]}[]`).join(', ')})
    WITH ORDINALITY g(${NAMES.join(', ')}, at) ORDER BY g.at`,
);

/** Appends one event inside an open transaction, whose locks the caller holds. Answers the row's id. */
export async function appendEvent(sql: Sql, event: NewEvent): Promise<number> {
  const [row] = await sql.run<{ id: number }>({
    name: 'append_event',
    text: `${ONE} RETURNING id`,
    values: eventValues(event),
  });
  return (row as { id: number }).id;
}

/** Appends many at once, in their order. Answers the rows' ids, in the same order. */
export async function appendEvents(sql: Sql, events: readonly NewEvent<string>[]): Promise<number[]> {
  return appendReady(sql, await inSlices(allValues(events)));
}

/** The same for some that were made ready before (eventValues); the statement is sent at once. */
export async function appendReady(sql: Sql, events: readonly EventValues[]): Promise<number[]> {
  const rows = await sql.run<{ id: number }>({
    name: 'append_events',
    text: `${MANY} RETURNING id`,
    values: NAMES.map((_name, column) => events.map((values) => values[column])),
  });
  // Postgres gives a sorted INSERT … SELECT its ids in the order of its rows.
  return rows.map(({ id }) => id).sort((one, other) => one - other);
}

function* allValues(events: readonly NewEvent<string>[]): Generator<undefined, EventValues[]> {
  const all: EventValues[] = [];
  for (const event of events) if (all.push(eventValues(event)) % AT_A_TIME === 0) yield;
  return all;
}

/** One event's values, redacted, in the order of the placeholders. */
export type EventValues = readonly unknown[];

export function eventValues(event: NewEvent<string>): EventValues {
  const { type, subject, actor, project, ticket, subticket, version, line, data } = event;
  const { severity = severityOf(type), link = null, stage = null } = event;
  return [
    redacted(type),
    redacted(subject),
    severity,
    actor,
    project,
    ticket,
    subticket,
    version,
    redacted(line),
    link && redacted(link),
    redactedJson(data),
    stage && redacted(stage),
    isDetail(type, severity),
  ];
}
