// Ticket keys, `LETTERS-digits` (rest-api.md, section 5): shown as given, compared without case and leading zeros.

const KEY = /^([A-Za-z][A-Za-z0-9_]{0,49})-(\d{1,16})$/;

export const isKey = (text: string): boolean => KEY.test(text);

/** What a key is compared by: `tkt-007` → `TKT-7`; undefined for what is no key. */
export function normalKey(text: string): string | undefined {
  const parts = KEY.exec(text);
  return parts ? `${parts[1]?.toUpperCase()}-${parts[2]?.replace(/^0+(?=\d)/, '')}` : undefined;
}
