// The lines of what is made, changed and deleted through the dialect, by what people call it. They are SQL where the
// statement that makes the change knows the row and Node doesn't.
import { literal } from '../../platform/database/statement.js';
import { redactedSql } from '../../platform/redact.js';

export interface Named {
  /** What people call one: `source package`. */
  readonly noun: string;
  /** SQL that names a row: `t.name`. */
  readonly label: string;
  /** SQL of what more a line tells of a new one. */
  readonly detail?: string;
  /** SQL of the id of the ticket that it is a part of; not of a ticket itself. */
  readonly partOf?: string;
}

/** A label longer than this is cut, so that the line still tells what happened. */
const LABEL_LENGTH = 80;

const titled = (noun: string): string => `${noun[0]?.toUpperCase() ?? ''}${noun.slice(1)}`;

/**
 * `Source package curl created`, `TKT-1: Artifact LOGS build.log created`, `Ticket TKT-1 created: Fix the menu`,
 * `Ticket TKT-1 created with openssl, curl: Fix the menu`.
 * @param parts SQL of what was made with it
 */
export function createdLineSql(one: Named, parts?: string): string {
  const made = parts ? ` || ' with ' || ${parts}` : '';
  const detail = one.detail ? ` || COALESCE(': ' || NULLIF(${one.detail}, ''), '')` : '';
  return `${nameSql(one)} || ' created'${made}${detail}`;
}

export const deletedLineSql = (one: Named): string => `${nameSql(one)} || ' deleted'`;

const nameSql = (one: Named): string =>
  inTicketSql(one.partOf, `${literal(`${titled(one.noun)} `)} || COALESCE(${labelSql(one.label)}, '')`);

/** Half of a secret doesn't look like one: what is cut is redacted before. */
const labelSql = (label: string): string =>
  `CASE WHEN length(${label}) > ${LABEL_LENGTH} THEN left(${redactedSql(label)}, ${LABEL_LENGTH}) ELSE ${label} END`;

/** What happens to a part of a ticket begins with the ticket's key; where the ticket is gone, it doesn't. */
export const inTicketSql = (ticket: string | undefined, line: string): string =>
  ticket ? `COALESCE((SELECT k.key FROM ticket k WHERE k.id = ${ticket}) || ': ', '') || ${line}` : line;

/** `Source package 7 changed: name` */
export const resourceChangedLine = (noun: string, id: number, fields: readonly string[]): string =>
  `${titled(noun)} ${id} changed: ${fields.join(', ')}`;

export interface ListReplaced {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly removed: number;
}

export const packageListLine = ({ created, updated, unchanged, removed }: ListReplaced): string =>
  `Package list replaced: ${created} created, ${updated} updated, ${unchanged} unchanged, ${removed} removed`;
