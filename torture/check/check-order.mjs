// One order over all objects: what was acknowledged before something else began has the lower public number (stream.md, "The
// log"). Sorted once by ends and once by beginnings, so a run of any length takes no longer than sorting it.

/** @typedef {{start: number, end: number, mark: string, seq: number}} Told a write with the number of its event */

/** @param {import('../load/history.mjs').Write[]} writes @param {import('./check.mjs').Found} found */
export function acknowledgementFindings(writes, { events }) {
  const told = toldBy(writes, events);
  const byEnd = [...told].sort((one, other) => one.end - other.end);
  const order = [];
  let highest = { seq: 0, mark: '' };
  let next = 0;
  for (const one of told.sort((a, b) => a.start - b.start)) {
    for (; next < byEnd.length && byEnd[next].end < one.start; next += 1)
      if (byEnd[next].seq > highest.seq) highest = byEnd[next];
    if (one.seq < highest.seq)
      order.push(
        `${one.mark} began after ${highest.mark} was acknowledged, and has ${one.seq}, which is below ${highest.seq}`,
      );
  }
  return { order };
}

/** Acknowledged writes with the numbers of their events: found by version, by what was made, or by their own words. */
function toldBy(writes, events) {
  const byVersion = new Map();
  const byMark = new Map();
  for (const { subject, version, type, seq, after } of events) {
    if (seq === null) continue;
    // What is deleted stays at the version that it had.
    if (type.endsWith('.deleted')) byVersion.set(`${subject}@deleted`, seq);
    else if (version !== null) byVersion.set(`${subject}@${version}`, seq);
    if (after.mark && (type === 'message' || type.endsWith('.created')))
      byMark.set(after.mark, Math.min(seq, byMark.get(after.mark) ?? seq));
  }
  const numberOf = ({ kind, subject, version, mark }) =>
    subject ? byVersion.get(`${subject}@${kind === 'delete' ? 'deleted' : version}`) : byMark.get(mark);
  return writes.flatMap((write) => {
    if (write.outcome !== 'acknowledged') return [];
    const seq = numberOf(write);
    return seq === undefined ? [] : [{ start: write.start, end: write.end, mark: nameOf(write), seq }];
  });
}

const nameOf = ({ kind, subject, mark }) => [kind, subject, mark].filter(Boolean).join(' ');
