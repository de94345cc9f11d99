// What is to be run of a page: its blocks of commands (```sh), each with where it stands, and what readers don't see beside them.
//
//   <!-- not run: reason -->              the next block stays out
//   <!-- not run from here: reason -->    all blocks do, until <!-- run from here -->
//   <!-- refused: command -->             this line of the next block is refused, and has to be
//   <!-- before: command -->              what a reader has done before the next block
import { piecesOf } from './pieces.mjs';

const COMMENT = /^<!-- (not run from here|run from here|not run|refused|before)(?:: (.+?))? -->$/;

/** @returns {{line: number, commands: string[], refused: string[], before: string[], notRun: string | undefined}[]} */
export function blocksOf(text) {
  const blocks = [];
  let said = nothingSaid();
  let fromHere;
  for (const { line, text: outside, info, lines } of piecesOf(text)) {
    if (outside === undefined) {
      const { notRun = fromHere, ...others } = said;
      if (/^sh\b/.test(info)) blocks.push({ line, commands: lines, ...others, notRun });
      said = nothingSaid();
      continue;
    }
    const [comment, kind, what] = COMMENT.exec(outside) ?? [];
    if (comment === undefined) continue;
    if (kind === 'not run from here') fromHere = what;
    else if (kind === 'run from here') fromHere = undefined;
    else if (kind === 'not run') said.notRun = what;
    else said[kind].push(what);
  }
  return blocks;
}

const nothingSaid = () => ({ refused: [], before: [], notRun: undefined });

/** A line without the comment behind it, as `refused` names it. */
const bare = (line) => line.replace(/\s+# .*$/, '').trim();

/** The blocks of a page as one script, which says where it is and ends at the first command that fails. */
export function scriptOf(blocks, rewrite) {
  const parts = blocks
    .filter(({ notRun }) => notRun === undefined)
    .map(({ line, commands, refused, before }) => {
      const unknown = refused.filter((one) => !commands.some((command) => bare(command) === one));
      if (unknown.length > 0) throw new Error(`Line ${line}: no line of the block is '${unknown[0]}'.`);
      const lines = commands.map((command) => (refused.includes(bare(command)) ? `refused ${command}` : command));
      return [`at=${line}`, ...before, ...lines].map(rewrite).join('\n');
    });
  return `${PROLOGUE}\n${parts.join('\n')}\n`;
}

const PROLOGUE = `set -Eeuo pipefail
at=0
trap 'echo "── the block at line $at: failed: $BASH_COMMAND" >&2' ERR
refused() {
  if "$@"; then echo "── was done, and has to be refused: $*" >&2; return 1; fi
}
needs_server`;
