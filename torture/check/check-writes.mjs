// Each acknowledged write is there once, as it was acknowledged; one that wasn't is there at most once (promises 1 and 4).
import { grouped } from './check.mjs';

const key = (subject, version) => `${subject}@${version}`;

/** @param {import('../load/history.mjs').Write[]} writes @param {import('./check.mjs').Found} found */
export function writeFindings(writes, found) {
  const parts = [
    changeFindings(writes, found),
    countFindings(writes, found),
    creationFindings(writes, found),
    eventFindings(writes, found),
    openFindings(writes),
    refusedFindings(writes, found),
  ];
  return {
    lost: parts.flatMap(({ lost = [] }) => lost),
    duplicates: parts.flatMap(({ duplicates = [] }) => duplicates),
  };
}

/** A change that was acknowledged as a version is that version's event, and nobody else's. */
function changeFindings(writes, { events }) {
  const byVersion = grouped(
    events.filter(({ version, type }) => version !== null && !type.endsWith('.deleted')),
    ({ subject, version }) => key(subject, version),
  );
  const acknowledged = writes.filter(
    ({ outcome, subject, kind }) => outcome === 'acknowledged' && subject && kind !== 'delete',
  );
  const lost = [];
  for (const [at, claims] of grouped(acknowledged, ({ subject, version }) => key(subject, version))) {
    const kept = byVersion.get(at) ?? [];
    for (const claim of claims)
      if (!kept.some((event) => saysSo(event, claim)))
        lost.push(`${at} was acknowledged with ${claim.mark}, and is not`);
    // One version, two writers: the one that was saved first is gone.
    for (const claim of claims.slice(1))
      lost.push(`${at} was acknowledged to two writers, one of them with ${claim.mark}`);
  }
  return { lost };
}

function saysSo({ after }, { kind, mark }) {
  if (kind === 'status') return after.status === mark;
  if (kind === 'field') return after.description === mark;
  return true;
}

/** How often a status or a text was put on an object, against how often somebody asked for it. */
function countFindings(writes, { events }) {
  const kept = new Map();
  const count = (what) => kept.set(what, (kept.get(what) ?? 0) + 1);
  for (const { subject, after, type } of events) {
    if (type.endsWith('.created')) continue;
    if (isWritersStatus(after.status)) count(`${subject} status ${after.status}`);
    if (after.description) count(`${subject} field ${after.description}`);
  }
  const changes = writes.filter(({ kind }) => kind === 'status' || kind === 'field');
  const asked = grouped(changes, ({ subject, kind, mark }) => `${subject} ${kind} ${mark}`);
  const findings = { lost: [], duplicates: [] };
  for (const what of new Set([...kept.keys(), ...asked.keys()]))
    countOne(findings, what, kept.get(what) ?? 0, asked.get(what) ?? []);
  return findings;
}

/** Roll-up sets 000, 999 and 1000. */
const isWritersStatus = (status) => Number(status) > 0 && Number(status) < 999;

function countOne({ lost, duplicates }, what, kept, writes) {
  const acknowledged = writes.filter(({ outcome }) => outcome === 'acknowledged').length;
  for (let n = kept; n < acknowledged; n += 1)
    lost.push(`${what} was acknowledged ${acknowledged} times, is there ${kept}`);
  for (let n = writes.length; n < kept; n += 1)
    duplicates.push(`${what} was asked for ${writes.length} times, is there ${kept}`);
}

const CREATED = ['ticket', 'subticket', 'artifact'];

/** What was made is there once, with one event that says so. */
function creationFindings(writes, { objects, events }) {
  const byMark = grouped(objects, ({ mark }) => mark);
  const told = grouped(
    events.filter(({ type }) => type.endsWith('.created')),
    ({ after }) => after.mark ?? '',
  );
  const findings = { lost: [], duplicates: [] };
  const deleted = new Set(events.filter(({ type }) => type.endsWith('.deleted')).map(({ subject }) => subject));
  for (const { kind, mark, outcome, uri, parent } of writes) {
    if (!CREATED.includes(kind) || deleted.has(parent) || deleted.has(subjectOf(uri))) continue;
    const made = byMark.get(mark) ?? [];
    const events = told.get(mark) ?? [];
    if (outcome === 'acknowledged' && !made.some((one) => one.uri === uri))
      findings.lost.push(`${mark} (${uri}) was acknowledged, and is not there`);
    if (made.length > 1) findings.duplicates.push(`${mark} is there ${made.length} times`);
    if (events.length < made.length) findings.lost.push(`${mark} has ${events.length} events for its creation`);
    if (events.length > Math.max(made.length, 1))
      findings.duplicates.push(`${mark} has ${events.length} events for its creation`);
  }
  return findings;
}

/** `/api/v1/ticket/5/` as `ticket/5`. */
const subjectOf = (uri = '') => uri.split('/').slice(3, 5).join('/');

function eventFindings(writes, { events }) {
  const byMark = grouped(
    events.filter(({ type }) => type === 'message'),
    ({ after }) => after.mark ?? '',
  );
  const findings = { lost: [], duplicates: [] };
  for (const { mark, outcome, kind } of writes) {
    if (kind !== 'event') continue;
    const kept = byMark.get(mark)?.length ?? 0;
    if (outcome === 'acknowledged' && kept === 0) findings.lost.push(`${mark} was acknowledged, and is not in the log`);
    if (kept > 1) findings.duplicates.push(`${mark} is in the log ${kept} times`);
  }
  return findings;
}

/** What was refused for good did not happen: no more is there than was asked for by those who were not refused. */
function refusedFindings(writes, { events, objects }) {
  const there = new Map();
  const count = (what) => there.set(what, (there.get(what) ?? 0) + 1);
  for (const { mark } of objects) count(`made ${mark}`);
  for (const { subject, after, type } of events) {
    if (type === 'message') count(`event ${after.mark}`);
    else if (type.endsWith('.deleted')) count(`${subject} delete`);
    if (type.endsWith('.created')) continue;
    if (isWritersStatus(after.status)) count(`${subject} status ${after.status}`);
    if (after.description) count(`${subject} field ${after.description}`);
  }
  const duplicates = [];
  for (const [what, own] of grouped(writes, effectOf)) {
    const refused = own.filter(({ outcome }) => outcome === 'refused').length;
    const [most, is] = [own.length - refused, there.get(what) ?? 0];
    // Where there is more than anybody asked for, that is said already.
    if (refused > 0 && is > most && is <= own.length) duplicates.push(`${what} was refused, and happened`);
  }
  return { duplicates };
}

function effectOf({ kind, subject, mark }) {
  if (kind === 'delete') return `${subject} delete`;
  if (kind === 'event') return `event ${mark}`;
  return CREATED.includes(kind) ? `made ${mark}` : `${subject} ${kind} ${mark}`;
}

/** Its outcome can't be told from outside: a client that repeats its key must learn it. */
const openFindings = (writes) => ({
  lost: writes
    .filter(({ outcome }) => outcome === 'open')
    .map(({ kind, mark }) => `${kind} ${mark} never got a definite answer`),
});
