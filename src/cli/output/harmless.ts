// Titles, reasons and names are other people's: what steers a terminal in them is left out, so that showing a ticket can't
// write over the screen or set the window's title. Colours, which are ours, stay.

const ESCAPE = String.fromCharCode(27);
/** Control characters but tab and line feed, with what would make a colour of an escape. */
const STEERING = /[^\P{Cc}\t\n](\[\d{1,2}m)?/gu;

export const harmless = (line: string): string =>
  line.replaceAll(STEERING, (found, colour = '') => (colour && found.startsWith(ESCAPE) ? found : (colour as string)));

/** A text of several lines, as one. */
export const oneLine = (text: string): string =>
  text.replaceAll(/\s+/g, (blanks) => (/[\t\n\r]/.test(blanks) ? ' ' : blanks)).trim();

/** Of a token that somebody typed where it doesn't belong, and that an error would tell, only the beginning is left. */
export const withoutTokens = (text: string): string => text.replaceAll(/\bstl_[\w-]{8,}/g, 'stl_…');
