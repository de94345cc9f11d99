// Names in a sentence: the first ones, and how many more there are.

export const MOST_NAMED = 3;

/** `a, b, c and 2 more` */
export const firstNames = (names: readonly string[]): string =>
  names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
    : names.join(', ');
