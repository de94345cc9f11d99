// A command's text as words. Quotes at the beginning of a word keep it together; an apostrophe within one is a letter.

export interface Word {
  readonly text: string;
  /** Then it is never a flag. */
  readonly quoted: boolean;
}

/** A quote that nobody closes is a letter, too: people write to people here. */
export function wordsOf(text: string): Word[] {
  const words = text.matchAll(/"([^"]*)"(?=\s|$)|'([^']*)'(?=\s|$)|“([^”]*)”(?=\s|$)|(\S+)/g);
  return [...words].map(([whole, double, single, curly, plain]) => ({
    text: double ?? single ?? curly ?? plain ?? whole,
    quoted: plain === undefined,
  }));
}

/** The name of a flag: `--reason`, also with the dash that phones make of two; undefined for other words. */
export const flagIn = ({ text, quoted }: Word): string | undefined =>
  quoted ? undefined : /^(?:--|—)([a-z][a-z-]*)$/i.exec(text)?.[1]?.toLowerCase();
