// No read is older than what was acknowledged to anybody before it began; a map may be 100 ms late (promise 2). And what was
// released is what production serves.
import { grouped } from './check.mjs';

export function readFindings({ writes, reads }, { events }) {
  const acknowledged = grouped(
    writes.filter(({ outcome, subject, version }) => outcome === 'acknowledged' && subject && version),
    ({ subject }) => subject,
  );
  const told = grouped(
    events.filter(({ version }) => version !== null),
    ({ subject }) => subject,
  );
  const stale = [];
  for (const [subject, own] of grouped(reads, (read) => read.subject)) {
    stale.push(...lateFindings(subject, own, acknowledged.get(subject) ?? []));
    stale.push(...stateFindings(subject, own, told.get(subject) ?? []));
  }
  return { stale };
}

/** A version that a read showed to somebody counts as known, too. */
function lateFindings(subject, reads, writes) {
  const known = [...writes, ...reads].sort((one, other) => one.end - other.end);
  const lines = [];
  let [floor, next] = [0, 0];
  for (const read of [...reads].sort((one, other) => one.start - other.start)) {
    for (; next < known.length && known[next].end < read.start; next += 1) floor = Math.max(floor, known[next].version);
    if (read.version < floor) lines.push(`${subject} was read at ${read.version} when ${floor} had been shown`);
  }
  return lines;
}

/** The fields of a read are those of its version. */
function stateFindings(subject, reads, events) {
  const lines = [];
  const state = {};
  let next = 0;
  for (const read of [...reads].sort((one, other) => one.version - other.version)) {
    for (; next < events.length && events[next].version <= read.version; next += 1)
      Object.assign(state, events[next].after);
    const wrong = Object.keys(read.state).filter((field) => read.state[field] !== state[field]);
    for (const field of wrong)
      lines.push(
        `${subject}@${read.version} was read with ${field} ${read.state[field]}, its history says ${state[field]}`,
      );
  }
  return lines;
}

/** Milliseconds that a map may be late: more where the machine can't keep up, by how long its slower reads take. */
function lateness(reads, mapLate) {
  const times = reads.map(({ start, end }) => end - start).sort((one, other) => one - other);
  return Math.max(mapLate, 3 * (times[Math.floor(times.length * 0.95)] ?? 0));
}

export function mapFindings({ releases, mapReads, blobs, reads }, { production, served }, mapLate) {
  const bySpecifier = grouped(releases, ({ specifier }) => specifier);
  const findings = { lost: [], stale: [] };
  const late = lateness(reads, mapLate);
  for (const { specifier, start, url, seenAfter, saysStale } of mapReads) {
    if (saysStale) continue;
    const own = bySpecifier.get(specifier) ?? [];
    // Each specifier has one client, which waits for its answers: its releases are in order.
    const floor = own.findLastIndex(({ end }) => end < start - late);
    if (own.findLastIndex((release) => release.url === url) >= floor) continue;
    const since = Math.round(start - own[floor].end);
    findings.stale.push(
      `production had ${specifier} at ${url} ${since} ms after ${own[floor].url} was acknowledged, which was seen after ${Math.round(seenAfter)} ms`,
    );
  }
  for (const [specifier, own] of bySpecifier)
    if (production[specifier] !== own.at(-1).url)
      findings.lost.push(`production has ${specifier} at ${production[specifier]}, released was ${own.at(-1).url}`);
  const hashes = new Map(served.map(({ path, hash }) => [path, hash]));
  for (const { path, hash } of blobs)
    if (hashes.get(path) !== hash) findings.lost.push(`${path} is served as ${hashes.get(path)}`);
  return findings;
}
