// A ticket as a link to its preview names it: `TKT-3`, or with the ticket's preview key `TKT-3~<16 characters>`.

export interface Linked {
  /** A key or an id. */
  readonly reference: string;
  readonly previewKey: string | undefined;
}

const SEPARATOR = '~';
const KEY = /^[A-Za-z0-9_-]{16}$/;

export function readLinked(text: string): Linked {
  const at = text.indexOf(SEPARATOR);
  if (at < 0) return { reference: text.trim(), previewKey: undefined };
  return { reference: text.slice(0, at).trim(), previewKey: text.slice(at + 1).trim() };
}

export const linked = (reference: string, previewKey: string | undefined): string =>
  previewKey === undefined ? reference : `${reference}${SEPARATOR}${previewKey}`;

/** False for what no ticket has, so that nothing is asked for it. */
export const isPreviewKey = (text: string): boolean => KEY.test(text);

/** A text that may have links in it, for logs and errors: `TKT-3~…`. */
export const withoutPreviewKeys = (text: string): string => text.replaceAll(/(?:~|%7E)[\w-]+/gi, '~…');
