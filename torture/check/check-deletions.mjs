// What was deleted is gone for good, by one who asked for it, and nothing else is (promises 1 and 2).
import { grouped } from './check.mjs';

/** @param {import('../load/history.mjs').History} history @param {import('./check.mjs').Found} found */
export function deletionFindings({ writes, reads }, { events, rows }) {
  const told = grouped(
    events.filter(({ type }) => type === 'ticket.deleted'),
    ({ subject }) => subject,
  );
  const asked = grouped(
    writes.filter(({ kind }) => kind === 'delete'),
    ({ subject }) => subject,
  );
  const left = new Set(rows.map(({ subject }) => subject));
  const findings = { lost: [], duplicates: [], order: [], stale: [] };
  for (const [subject, own] of told) {
    if (!asked.has(subject)) findings.lost.push(`${subject} was deleted, and nobody asked for it`);
    if (own.length > 1) findings.duplicates.push(`${subject} was deleted ${own.length} times`);
    if (left.has(subject)) findings.lost.push(`${subject} was deleted, and is there`);
  }
  for (const [subject, own] of asked) {
    if (own.some(({ outcome }) => outcome === 'acknowledged') && !told.has(subject))
      findings.lost.push(`${subject}: its deletion was acknowledged, and its history has none`);
  }
  laterFindings(findings, writes, asked);
  readFindings(findings, reads, asked);
  return findings;
}

/** When it was certainly gone, and when it may have been. */
const endOf = (deletions = []) =>
  Math.min(Infinity, ...deletions.filter(({ outcome }) => outcome === 'acknowledged').map(({ end }) => end));
const startOf = (deletions = []) => Math.min(Infinity, ...deletions.map(({ start }) => start));

/** What began when it was gone can't have been done. */
function laterFindings({ order }, writes, asked) {
  for (const { kind, subject, parent, mark, start, outcome } of writes) {
    if (kind === 'delete' || outcome !== 'acknowledged') continue;
    if (start > endOf(asked.get(subject)) || start > endOf(asked.get(parent)))
      order.push(`${mark} was acknowledged, and began after ${subject ?? parent} was deleted`);
  }
}

function readFindings({ stale, lost }, reads, asked) {
  for (const { subject, start, end, gone } of reads) {
    const deletions = asked.get(subject);
    if (gone && end < startOf(deletions)) lost.push(`${subject} was not found, and nobody had deleted it`);
    if (!gone && start > endOf(deletions)) stale.push(`${subject} was read after it was deleted`);
  }
}
