// A command's text as words. Quotes at the beginning of a word keep it together; an apostrophe within one is a letter.

export interface Word {
  readonly text: string;
  /** Then it is never a flag. */
  readonly quoted: boolean;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['“', '”'],
]);

/** A quote that nobody closes is a letter, too: people write to people here. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const closings = new Map<string, number>();
  const plain = /\S+/g;
  for (let found = plain.exec(text); found; found = plain.exec(text)) {
    const closing = closingOf(text, found.index, closings);
    words.push(
      closing === undefined
        ? { text: found[0], quoted: false }
        : { text: text.slice(found.index + 1, closing), quoted: true },
    );
    if (closing !== undefined) plain.lastIndex = closing + 1;
  }
  return words;
}

/**
 * Where the quote ends that begins here, with a word's end behind it. `closings` remembers the next mark of each kind, so that
 * a text of quotes that nobody closes is looked through once.
 */
function closingOf(text: string, at: number, closings: Map<string, number>): number | undefined {
  const mark = CLOSING.get(text.charAt(at));
  if (mark === undefined) return undefined;
  let closing = closings.get(mark) ?? at;
  if (closing <= at) {
    const next = text.indexOf(mark, at + 1);
    closing = next < 0 ? Infinity : next;
    closings.set(mark, closing);
  }
  return closing < Infinity && !/\S/.test(text.charAt(closing + 1)) ? closing : undefined;
}

/** The name of a flag: `--reason`, also with the dash that phones make of two; undefined for other words. */
export const flagIn = ({ text, quoted }: Word): string | undefined =>
  quoted ? undefined : /^(?:--|—)([a-z][a-z-]*)$/i.exec(text)?.[1]?.toLowerCase();
