// Which texts can be stored.

/** What the database takes as a text: no NUL, and no half of a surrogate pair. */
export const isKeepable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
