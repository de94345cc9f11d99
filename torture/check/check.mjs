// Pure: what clients were told, held against what the database and the servers have in the end. Each finding is a line.
import { acknowledgementFindings } from './check-order.mjs';
import { logFindings, orderFindings, readerFindings } from './check-log.mjs';
import { deletionFindings } from './check-deletions.mjs';
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
export function check(told, found, mapLate = 100) {
  const history = {
    ...told,
    blobs: told.blobs,
    writes: withVersions(told.writes, found.events),
    reads: told.reads.filter(({ gone }) => !gone),
  };
  const findings = { lost: [], duplicates: [], order: [], stale: [], gaps: [] };
  const parts = [
    writeFindings(history.writes, found),
    orderFindings(history.writes, found),
    acknowledgementFindings(history.writes, found),
    readFindings(history, found),
    mapFindings(history, found, mapLate),
    deletionFindings(told, found),
    logFindings(found.events),
    ...found.readers.map((reader) => readerFindings(reader, found.events)),
  ];
  for (const part of parts) for (const [kind, lines] of Object.entries(part)) findings[kind].push(...lines);
  return findings;
}

/** The answer to a list names no versions: what it wrote on each is found by its words. */
function withVersions(writes, events) {
  const byText = new Map(events.map(({ subject, after, version }) => [`${subject} ${after.description}`, version]));
  return writes.map((write) =>
    write.kind === 'field' && write.outcome === 'acknowledged' && !write.version
      ? { ...write, version: byText.get(`${write.subject} ${write.mark}`) ?? null }
      : write,
  );
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
