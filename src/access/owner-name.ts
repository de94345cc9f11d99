// Whose a token may be. Its owner is the actor in history and stream, so no name may pass for those that act without a token.

const NAME = /^[\p{L}\p{N}@._+-][\p{L}\p{N}@._+ -]{0,99}$/u;

/** Whoever acts without a token, and the server itself. */
const RESERVED = ['local', 'stampline'];

/** Latin letters, and what is read as them: of Cyrillic, Greek, Armenian and phonetic alphabets, and digits (Unicode TR 39). */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['a', '\u0430\u03b1\u0251'],
  ['c', '\u0441\u03f2\u1d04'],
  ['e', '\u0435\u03b5\u04bd3'],
  ['l', '\u04cf\u0456\u03b9\u0131\u01c0\u05d5i1'],
  ['m', '\u043c'],
  ['n', '\u043f\u03b7\u0578'],
  ['o', '\u043e\u03bf\u0585\u03c30'],
  ['p', '\u0440\u03c1'],
  ['s', '\u0455\ua7315'],
  ['t', '\u0442\u03c4'],
];
const LATIN = new Map(LOOK_ALIKES.flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)));

/** As it is kept: without spaces at its ends, NFKC. */
export const ownerName = (text: string): string => text.normalize('NFKC').trim().replace(/ {2,}/g, ' ');

export const isOwnerName = (name: string): boolean => NAME.test(name);

/** Whether a reader could take it for one of the server's own. */
export const looksReserved = (name: string): boolean => RESERVED.some((own) => skeleton(own) === skeleton(name));

/** What is left of a name for the eye: no case, accents or signs, look-alikes as one. */
function skeleton(name: string): string {
  const bare = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
  return [...bare].map((letter) => LATIN.get(letter) ?? letter).join('');
}
