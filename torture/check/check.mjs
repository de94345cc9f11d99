// Pure: what clients were told, held against what the database and the servers have in the end. Each finding is a line.
import { logFindings, orderFindings, readerFindings } from './check-log.mjs';
import { mapFindings, readFindings } from './check-reads.mjs';
import { writeFindings } from './check-writes.mjs';

/**
 * @typedef {{id: number, seq: number | null, subject: string, version: number | null, type: string, after: Record<string, string>}} Event
 * @typedef {object} Found what there is when all is quiet
 * @property {Event[]} events by id
 * @property {{mark: string, uri: string}[]} objects what was made
 * @property {{subject: string, version: number, state: Record<string, string>}[]} rows tickets and subtickets
 * @property {Record<string, string>} production paths by specifier
 * @property {{path: string, hash: string}[]} served what blobs are answered with
 * @property {{got: {seq: number, subject: string, version: number | null}[], others: string[]}[]} readers
 *
 * @typedef {Record<'lost' | 'duplicates' | 'order' | 'stale' | 'gaps', string[]>} Findings
 */

/**
 * @param {import('../load/history.mjs').History} history @param {Found} found
 * @param {number} mapLate milliseconds that production's map may be late
 * @returns {Findings}
 */
export function check(history, found, mapLate = 100) {
  const findings = { lost: [], duplicates: [], order: [], stale: [], gaps: [] };
  const parts = [
    writeFindings(history.writes, found),
    orderFindings(history.writes, found),
    readFindings(history, found),
    mapFindings(history, found, mapLate),
    logFindings(found.events),
    ...found.readers.map((reader) => readerFindings(reader, found.events)),
  ];
  for (const part of parts) for (const [kind, lines] of Object.entries(part)) findings[kind].push(...lines);
  return findings;
}

export const isClean = (findings) => Object.values(findings).every((lines) => lines.length === 0);

/** @template T @param {T[]} all @param {(one: T) => string} keyOf @returns {Map<string, T[]>} */
export function grouped(all, keyOf) {
  const groups = new Map();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return groups;
}
