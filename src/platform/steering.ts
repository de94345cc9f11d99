// What steers a terminal, in texts that other people wrote: left out wherever one of our programs prints them.

/**
 * Control characters but tab and line feed, with what would make a colour of an escape; and what turns the direction of
 * writing, so that a line reads as another than it is, or is taken for a line break.
 */
export const STEERING = /[^\P{Cc}\t\n](\[[\d;]{1,40}m)?|[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

export const withoutSteering = (text: string): string => text.replaceAll(STEERING, '');

/** JSON as it goes to a terminal: the same values, with escapes in place of what steers it. */
export const harmlessJson = (json: string): string =>
  json.replaceAll(
    /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
