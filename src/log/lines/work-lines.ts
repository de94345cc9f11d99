// The lines of tickets and subtickets at work: where they moved, what changed, closed, reopened, superseded.
import { literal } from '../../platform/database/statement.js';
import { because } from './line.js';

export interface Moved {
  /** The ticket's key, or `Subticket 12`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** What people call the step that it is at now. */
  readonly stepName: string;
  /** As the wire shows it: `005`. */
  readonly status: string;
  /** Of a failure. */
  readonly why?: string | null;
}

/** `TKT-1 moved 100 → 200 (Package Building), status 005`, or `TKT-1 at 200 (Package Building): status 1000`. */
export function movedLine({ name, from, to, stepName, status, why }: Moved): string {
  const where = from === to ? `at ${to} (${stepName}): ` : `moved ${from} → ${to} (${stepName}), `;
  return `${name} ${where}status ${status}${because(why)}`;
}

/** The same in SQL, for the statement of the hot path, which no failure takes. Each argument is SQL. */
export function movedLineSql(of: { key: string; from: string; to: string; status: string }, stepNames: Names): string {
  const name = `CASE ${of.to} ${[...stepNames].map(([step, text]) => `WHEN ${step} THEN ${literal(text)}`).join(' ')} END`;
  const moves = `${of.to} <> ${of.from}`;
  return `concat(${of.key}, CASE WHEN ${moves} THEN ' moved ' || ${of.from} || ' → ' ELSE ' at ' END, ${of.to}, ' (', ${name},
      CASE WHEN ${moves} THEN '), status ' ELSE '): status ' END, ${of.status})`;
}

type Names = ReadonlyMap<number, string>;

/** `TKT-1 changed: title, owner` */
export const changedLine = (name: string, fields: readonly string[]): string => `${name} changed: ${fields.join(', ')}`;

export const closedLine = (key: string, reason?: string): string => `${key} closed${because(reason)}`;

export const reopenedLine = (key: string, step: number, reason?: string): string =>
  `${key} reopened at step ${step}${because(reason)}`;

export const supersededLine = (subticket: number, by: number): string =>
  `Subticket ${subticket} superseded by subticket ${by}`;

export const reinstatedLine = (subticket: number, deleted: number): string =>
  `Subticket ${subticket} is live again: subticket ${deleted} was deleted`;
