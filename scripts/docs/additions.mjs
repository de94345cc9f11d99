// What a page of docs/adding-a-*.md tells to write: whole files (New file `…`:), and changes of files that are there (In `…`:), as blocks
// behind these words. A block ```diff has lines that stay (a blank first), go (-) and come (+), together as they are in the file.
import { piecesOf } from './pieces.mjs';

const PLACE = /(?:(New file)|\bIn) `([^`]+)`[^`]*:$/;

/**
 * @param {string} text of the page
 * @returns {{file: string, isNew: boolean, line: number, lines: string[]}[]} in the order of the page
 */
export function additionsIn(text) {
  const found = [];
  let place;
  for (const { line, text: outside, info, lines } of piecesOf(text)) {
    const [said, isNew, file] = PLACE.exec(outside ?? '') ?? [];
    if (said !== undefined) place = { isNew: isNew !== undefined, file };
    else if (place && /^(ts|diff)$/.test(info ?? '')) found.push({ ...place, line, lines });
  }
  return found;
}

/**
 * The file's text with the addition. Throws where a new file is there already, or the lines that stay and go are not in it, or more
 * than once.
 * @param {string | undefined} text
 */
export function applied(text, { file, isNew, line, lines }, page) {
  const where = `${page}.md, line ${line}`;
  if (isNew) {
    if (text !== undefined) throw new Error(`${where}: ${file} is there already.`);
    return `${lines.join('\n')}\n`;
  }
  if (text === undefined) throw new Error(`${where}: there is no ${file}.`);
  const before = lines.filter((one) => !one.startsWith('+')).map((one) => one.slice(1));
  const after = lines.filter((one) => !one.startsWith('-')).map((one) => one.slice(1));
  const [head, tail, ...others] = `\n${text}`.split(`\n${before.join('\n')}\n`);
  if (tail === undefined || others.length > 0)
    throw new Error(
      `${where}: ${file} ${tail === undefined ? 'does not have these lines' : 'has these lines more than once'}:\n${before.join('\n')}`,
    );
  return `${head}\n${after.join('\n')}\n${tail}`.slice(1);
}
