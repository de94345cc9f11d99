// The specifiers that a project's pages begin with: what is a list of them and what is none.

const MOST = 100;
const MOST_BYTES = 1000;

/** What is wrong with what should be entries; empty when nothing is. */
export function entryFaults(given: unknown): string[] {
  if (!Array.isArray(given)) return ['entries must be a list of specifiers such as ["@shop/src/main.js"].'];
  if (given.length === 0)
    return ['entries must have at least one specifier. Leave it out to check what each ticket changes.'];
  if (given.length > MOST) return [`entries may have at most ${MOST} specifiers.`];
  return given.flatMap((one, index) => {
    const fault = faultOf(one);
    return fault === undefined ? [] : [`entries[${index}] ${fault}`];
  });
}

function faultOf(given: unknown): string | undefined {
  if (typeof given !== 'string' || given === '') return 'must be a specifier, as pages import it.';
  if (given.includes('\0') || !given.isWellFormed()) return 'has a character that is not allowed in a specifier.';
  if (Buffer.byteLength(given) > MOST_BYTES) return `may have at most ${MOST_BYTES} bytes.`;
  if (/^\.{0,2}\//.test(given))
    return 'is relative, so the import map does not apply to it. Give the specifier that the map has.';
  return undefined;
}
