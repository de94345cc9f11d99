// A file that a merge left with conflicts: git's three markers, each at the beginning of a line. No page can use one.

const MARKERS = [/^<{7} .*$/m, /^={7}\r?$/m, /^>{7} .*$/m] as const;

/** The line of the first one, from 1; undefined where there are none. */
export function conflictLine(bytes: Buffer): number | undefined {
  if (!bytes.includes('<<<<<<< ')) return undefined;
  const text = bytes.toString('utf8');
  let [from, first] = [0, -1];
  for (const marker of MARKERS) {
    const found = marker.exec(text.slice(from));
    if (!found) return undefined;
    from += found.index + found[0].length;
    if (first < 0) first = found.index;
  }
  return text.slice(0, first).split('\n').length;
}
