// Which of some names a misspelt word probably meant.

import { quoted } from '../../platform/redact.js';

/** The name that the word resembles most, or undefined where it resembles none. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const plain = simplify(word);
  const whole = plain.length >= 3 ? names.find((name) => simplify(name).includes(plain)) : undefined;
  if (whole !== undefined) return whole;
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(plain, simplify(name)) }))
    .sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, best.name.length / 3) ? best.name : undefined;
}

/** ` Did you mean 'minutes'?`, to put behind what is wrong; nothing where the word resembles none. */
export function meantText(word: string, names: readonly string[]): string {
  const meant = didYouMean(word, names);
  return meant === undefined ? '' : ` Did you mean '${meant}'?`;
}

/** `Unknown member 'minuts'. Did you mean 'minutes'? Known: minutes, at.` */
export const unknownText = (what: string, word: string, names: readonly string[]): string =>
  `Unknown ${what} '${quoted(word, 100)}'.${meantText(word, names)} Known: ${names.join(', ')}.`;

const simplify = (word: string): string =>
  word
    .slice(0, 64)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');

/** Levenshtein's distance: single-letter changes from one word to the other. */
function distanceOf(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, against] of [...other].entries()) {
      const changed = (previous[column] ?? 0) + (letter === against ? 0 : 1);
      current.push(Math.min(changed, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
