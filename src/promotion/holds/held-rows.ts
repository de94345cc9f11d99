// Holds of tickets and locks of stages as they are kept. Whether one still counts, the database's clock says.
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import { conflict, invalid } from '../../platform/errors.js';
import type { Hold, Until } from '../domain/hold.js';
import type { NextAction } from '../domain/verdict.js';

/** What is held: a ticket by its id, or a stage by its project's id and its name. */
export type Held = { readonly ticket: number } | { readonly project: number; readonly stage: string };

/** What somebody asks for. */
export interface NewHold {
  readonly reason: string;
  readonly until?: Until | undefined;
}

const COUNTS = '(h.until IS NULL OR h.until > clock_timestamp())';
const AS_HOLD = `h.actor, h.reason, ${utcSql('h.since')} AS since, ${utcSql('h.until')} AS until`;

interface Place {
  readonly table: string;
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
}

const placeOf = (held: Held): Place =>
  'ticket' in held
    ? { table: 'ticket_hold', columns: ['ticket_id'], values: [held.ticket] }
    : { table: 'stage_lock', columns: ['project_id', 'stage'], values: [held.project, held.stage] };

const isPlace = ({ columns }: Place): string =>
  columns.map((column, index) => `h.${column} = $${index + 1}`).join(' AND ');

/** The one that counts now. */
export async function holdOf(sql: Sql, held: Held): Promise<Hold | undefined> {
  const place = placeOf(held);
  const [hold] = await sql.run<Hold>({
    name: `${place.table}_of`,
    text: `SELECT ${AS_HOLD} FROM ${place.table} h WHERE ${isPlace(place)} AND ${COUNTS}`,
    values: place.values,
  });
  return hold;
}

/** Every lock of a project's stages that counts now, by the stage. */
export async function locksOf(sql: Sql, project: number): Promise<Map<string, Hold>> {
  const locks = await sql.run<Hold & { stage: string }>({
    name: 'stage_locks_of',
    text: `SELECT h.stage, ${AS_HOLD} FROM stage_lock h WHERE h.project_id = $1 AND ${COUNTS}`,
    values: [project],
  });
  return new Map(locks.map(({ stage, ...lock }) => [stage, lock]));
}

/** Undefined where the one that counts says the same already. Rejects with invalid `until.past`. */
export async function writeHold(
  tx: Tx,
  held: Held,
  actor: string,
  { reason, until }: NewHold,
): Promise<Hold | undefined> {
  const place = placeOf(held);
  const end = await endOf(tx, until);
  const [reasonAt, actorAt, untilAt] = [1, 2, 3].map((index) => `$${place.values.length + index}`);
  const [hold] = await tx.run<Hold>({
    name: `${place.table}_write`,
    text: `INSERT INTO ${place.table} AS h (${place.columns.join(', ')}, reason, actor, until)
      VALUES (${place.columns.map((_, index) => `$${index + 1}`).join(', ')}, ${reasonAt}, ${actorAt}, ${untilAt}::timestamptz)
      ON CONFLICT (${place.columns.join(', ')}) DO UPDATE
        SET reason = EXCLUDED.reason, actor = EXCLUDED.actor, until = EXCLUDED.until, clock_shift = 0, since = clock_timestamp()
        WHERE NOT ${COUNTS} OR (h.reason, h.until) IS DISTINCT FROM (EXCLUDED.reason, EXCLUDED.until)
      RETURNING ${AS_HOLD}`,
    values: [...place.values, reason, actor, end],
  });
  return hold;
}

/** Rejects with conflict `hold.endless` where one without an end would get one: it would lift itself, and nobody asked for that. */
export function requireNoEndless(
  before: Hold | undefined,
  { until }: NewHold,
  { what, ticket, lift }: { readonly what: string; readonly ticket?: string; readonly lift: NextAction },
): void {
  if (!before || before.until !== null || !until) return;
  const summary = `${what} by ${before.actor} without an end: ${before.reason}. An end would lift it without a person, so lift it first, or leave out until.`;
  throw conflict('hold.endless', `${summary} ${lift.label}: ${lift.command}`, {
    data: { hold: before, ...(ticket === undefined ? {} : { ticket }), summary, next_actions: [lift] },
  });
}

/** Answers the one that counted; one that is over stays, since nothing changes with it. */
export async function removeHold(tx: Tx, held: Held): Promise<Hold | undefined> {
  const place = placeOf(held);
  const [hold] = await tx.run<Hold>({
    name: `${place.table}_remove`,
    text: `DELETE FROM ${place.table} h WHERE ${isPlace(place)} AND ${COUNTS} RETURNING ${AS_HOLD}`,
    values: place.values,
  });
  return hold;
}

/** A ticket that was reverted holds itself, unless somebody holds it already without an end. */
export async function holdReverted(tx: Tx, ticket: number, actor: string, reason: string): Promise<void> {
  await tx.run({
    name: 'ticket_hold_reverted',
    text: `INSERT INTO ticket_hold AS h (ticket_id, reason, actor) VALUES ($1, $2, $3) ON CONFLICT (ticket_id) DO UPDATE
        SET reason = EXCLUDED.reason, actor = EXCLUDED.actor, until = NULL, clock_shift = 0, since = clock_timestamp() WHERE h.until IS NOT NULL`,
    values: [ticket, reason, actor],
  });
}

async function endOf(tx: Tx, until: Until | undefined): Promise<string | null> {
  if (!until) return null;
  const [end] = await tx.run<{ until: string; past: boolean }>({
    name: 'hold_end',
    text: `SELECT ${utcSql('u.until')} AS until, u.until <= clock_timestamp() AS past
      FROM (SELECT COALESCE($1::timestamptz, clock_timestamp() + $2::int * interval '1 second') AS until) u`,
    values: 'at' in until ? [until.at, null] : [null, until.seconds],
  });
  if (!end || end.past) throw invalid('until.past', `until is in the past: ${end?.until ?? ''}. Give a later time.`);
  return end.until;
}
