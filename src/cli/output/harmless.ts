// Titles, reasons and names are other people's: what steers a terminal in them is left out, so that showing a ticket can't
// write over the screen or set the window's title. Colours, which are ours, stay.

const ESCAPE = String.fromCharCode(27);
/**
 * Control characters but tab and line feed, with what would make a colour of an escape; and what turns the direction of
 * writing, so that a line reads as another than it is, or is taken for a line break.
 */
const STEERING = /[^\P{Cc}\t\n](\[\d{1,2}m)?|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;
/** Those that `paint` gives: others hide text. */
const OURS = /^\[(?:1|2|22|3[1236]|39)m$/;

export const harmless = (line: string): string =>
  line.replaceAll(STEERING, (found, colour: string | undefined) =>
    found.startsWith(ESCAPE) && OURS.test(colour ?? '') ? found : (colour ?? ''),
  );

/** JSON as it goes to a terminal: the same values, with escapes in place of what steers it. */
export const harmlessJson = (json: string): string =>
  json.replaceAll(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A text of several lines, as one. */
export const oneLine = (text: string): string =>
  text.replaceAll(/\s+/g, (blanks) => (/[\t\n\r]/.test(blanks) ? ' ' : blanks)).trim();

/** Of a token that somebody typed where it doesn't belong, and that an error would tell, only the beginning is left. */
export const withoutTokens = (text: string): string => text.replaceAll(/\bstl_[\w-]{8,}/g, 'stl_…');
