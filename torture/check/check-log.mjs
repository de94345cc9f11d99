// One order: versions of an object are gapless, follow real time and the log; the log's numbers are dense; a reader got each
// event once, in order (promises 2 and 7).
import { grouped } from './check.mjs';

/** Versions against each other, against time, and against the row that is left. */
export function orderFindings(writes, { events, rows }) {
  const versioned = grouped(
    // What is deleted stays at the version that it had.
    events.filter(({ version, type }) => version !== null && !type.endsWith('.deleted')),
    ({ subject }) => subject,
  );
  const order = [...versioned].flatMap(([subject, own]) => gaplessFindings(subject, own));
  const acknowledged = writes.filter(
    ({ outcome, subject, version }) => outcome === 'acknowledged' && subject && version,
  );
  for (const [subject, own] of grouped(acknowledged, (write) => write.subject))
    order.push(...timeFindings(subject, own));
  for (const { subject, version, ifMatch } of acknowledged)
    if (ifMatch !== undefined && version !== ifMatch + 1)
      order.push(`${subject} was written if it is at ${ifMatch}, and went to ${version}`);
  const lost = rows.flatMap((row) => rowFindings(row, versioned.get(row.subject) ?? []));
  return { order, lost };
}

function gaplessFindings(subject, events) {
  const lines = [];
  events.forEach(({ version }, index) => {
    if (version !== index + 1) lines.push(`${subject}: event ${index + 1} of its history has version ${version}`);
  });
  const numbers = events.map(({ seq }) => seq).filter((seq) => seq !== null);
  if (numbers.some((seq, index) => index > 0 && seq < numbers[index - 1]))
    lines.push(`${subject}: its public numbers do not follow its versions`);
  return lines;
}

/** A write that began after another was acknowledged has a higher version. */
function timeFindings(subject, writes) {
  const lines = [];
  const byEnd = [...writes].sort((one, other) => one.end - other.end);
  let highest = { version: 0, mark: '' };
  let next = 0;
  for (const write of [...writes].sort((one, other) => one.start - other.start)) {
    for (; next < byEnd.length && byEnd[next].end < write.start; next += 1)
      if (byEnd[next].version > highest.version) highest = byEnd[next];
    if (write.version <= highest.version)
      lines.push(
        `${subject}: ${write.mark} began after ${highest.mark} was version ${highest.version}, and is ${write.version}`,
      );
  }
  return lines;
}

/** What is there is what the history says. */
function rowFindings({ subject, version, state }, events) {
  const told = Object.assign({}, ...events.map(({ after }) => after));
  const lines =
    events.length === version ? [] : [`${subject} is at version ${version}, its history has ${events.length}`];
  for (const [field, value] of Object.entries(state))
    if (told[field] !== value) lines.push(`${subject}: ${field} is ${value}, its history says ${told[field]}`);
  return lines;
}

/** Dense from 1, and none without a number. */
export function logFindings(events) {
  const numbers = events.map(({ seq }) => seq).filter((seq) => seq !== null);
  const gaps = events.filter(({ seq }) => seq === null).map(({ id }) => `event ${id} has no number`);
  const known = new Set(numbers);
  for (let seq = 1; seq <= numbers.length; seq += 1) if (!known.has(seq)) gaps.push(`number ${seq} is missing`);
  return { gaps };
}

/** @param {{got: {seq: number, subject: string, version: number | null}[], others: string[]}} reader */
export function readerFindings({ got, others }, events) {
  const gaps = others.map((what) => `a reader was told ${what}`);
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  const total = events.filter(({ seq }) => seq !== null).length;
  let expected = 1;
  for (const { seq, subject, version } of got) {
    if (seq !== expected) gaps.push(`a reader got ${seq} where ${expected} comes next`);
    expected = seq + 1;
    const event = bySeq.get(seq);
    if (event?.subject !== subject || event?.version !== version)
      gaps.push(`a reader got ${seq} as ${subject}@${version}, the log has ${event?.subject}@${event?.version}`);
  }
  if (expected <= total) gaps.push(`a reader got nothing after ${expected - 1}, of ${total}`);
  return { gaps };
}
