// Which word was meant.

/** The nearest of them, at most two letters off or with the same beginning; undefined where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, away: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ away, candidate }) => away <= Math.min(2, candidate.length - 2))
    .sort((one, other) => one.away - other.away);
  return best?.candidate ?? (word.length > 1 ? words.find((candidate) => candidate.startsWith(word)) : undefined);
}

/** Letters added, left out, exchanged, or swapped with their neighbour. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= other.length; j++) {
      const exchanged = at(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, exchanged, swapped ? at(i - 2, j - 2) + 1 : Infinity);
    }
  }
  return at(one.length, other.length);
}
