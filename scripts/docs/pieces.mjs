/**
 * A page in pieces, in their order: each line outside of fenced blocks (`text`), and each block (`info`: what stands behind its ```,
 * and its `lines`). `line`: where it begins, from 1.
 * @param {string} text
 * @returns {Generator<{line: number, text: string} | {line: number, info: string, lines: string[]}>}
 */
export function* piecesOf(text) {
  let block;
  for (const [index, line] of text.split('\n').entries()) {
    if (block && line !== '```') block.lines.push(line);
    else if (block) {
      yield block;
      block = undefined;
    } else if (line.startsWith('```')) block = { line: index + 1, info: line.slice(3), lines: [] };
    else yield { line: index + 1, text: line };
  }
  if (block) yield block;
}
