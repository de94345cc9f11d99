// Texts that are made to keep a scanner busy: each reader of files takes time in proportion to what it reads.
import fc from 'fast-check';
import { rewriteSource } from '../../src/modules/source-rewrite.js';
import { atOnce } from '../../src/platform/sliced.js';
import { listedFiles } from '../../src/packages/spu-files/debian-control.js';
import { findImports } from '../../src/modules/module-scan.js';
import { checkIntegrity } from '../../src/import-maps/domain/admission.js';
import { redacted } from '../../src/platform/redact.js';
import { harmless, oneLine } from '../../src/cli/output/strip-control-characters.js';

/** A quadratic reader of 200 000 characters takes minutes; a linear one milliseconds, and this on a machine that is busy. */
const GENEROUS_MS = 5000;

const rewritten = (text: string) =>
  rewriteSource(
    { path: 'src/a.js', text, imports: [] },
    () => undefined,
    () => undefined,
  );
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'source maps': rewritten,
  'the lexer of imports': (text) => findImports('a.js', text, 20_000),
  'control files': (text) => atOnce(listedFiles('a.dsc', text)),
  'signed control files': (text) => atOnce(listedFiles('a.dsc', `-----BEGIN PGP SIGNED MESSAGE-----\n${text}`)),
  integrity: checkIntegrity,
  secrets: redacted,
  terminals: (text) => [harmless(text), oneLine(text)],
};

/** What expressions go back over: repeats, with something before, between and after them. */
const PIECES = [
  ...['/', ' ', '\t', '\n', '\r', '*', '-', '\\', '`', '"', '${', '{', '(', '[', '<', 'a', '0', '\u2028', '\v'],
  ...['//', '/*', '*/', '//# ', 'sourceMappingURL=', '//# sourceMappingURL=x', 'data:application/json,', '\x1b[3'],
  ...['import ', 'import(', 'export{', 'eyJ', 'eyJ.', 'bearer ', 'token=', '://', 'Files:', '-----', 'sha256-', '- '],
];

async function timeOf(read: (text: string) => unknown, text: string): Promise<number> {
  const start = performance.now();
  try {
    await read(text);
  } catch {
    // What is refused was read as well.
  }
  return performance.now() - start;
}

it.each([40, 60, 100_000])('%i slashes after the comment that names a map are read at once', async (count) => {
  const text = `//# sourceMappingURL=x.map\n${'/'.repeat(count)}\nexport const a = 1;\n`;
  expect(await timeOf(rewritten, text)).toBeLessThan(GENEROUS_MS);
  expect(rewritten(text).text).toBe(text);
});

it.each(Object.keys(READERS))(
  '%s: whatever is repeated',
  async (name) => {
    const piece = fc.constantFrom(...PIECES);
    const text = fc
      .tuple(piece, fc.array(piece, { minLength: 1, maxLength: 3 }), piece)
      .map(
        ([before, repeated, after]) => before + repeated.join('').repeat(200_000 / repeated.join('').length) + after,
      );
    const read = READERS[name] as (text: string) => unknown;
    await fc.assert(
      fc.asyncProperty(text, async (one) => expect(await timeOf(read, one)).toBeLessThan(GENEROUS_MS)),
      { numRuns: 60, endOnFailure: true },
    );
  },
  120_000,
);

describe('the comment that names a map', () => {
  const map = JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' });
  const sources = (text: string): unknown => {
    const made = rewriteSource(
      { path: 'src/a.js', text, imports: [] },
      () => undefined,
      (path) => (path === 'src/a.js.map' ? map : undefined),
    ).text;
    const inline = made.split('base64,')[1];
    return inline === undefined ? 'none' : JSON.parse(Buffer.from(inline, 'base64').toString()).sources;
  };
  const COMMENT = '//# sourceMappingURL=a.js.map';
  it.each([
    ['at the end', `a;\n${COMMENT}`],
    ['with comments and blanks after it', `a;\n  ${COMMENT} \n// more\n\n \t\n//`],
    ['with CR and LF', `a;\r\n${COMMENT}\r\n`],
    ['after a lone CR', `a;\r${COMMENT}\r`],
    ['after a separator of lines', `a;\u2028${COMMENT}`],
    ['the last of two', `//# sourceMappingURL=b.map\n${COMMENT}\n`],
  ])('%s counts', (_name, text) => expect(sources(text)).toEqual(['src/a.ts']));
  it.each([
    ['with code after it', `${COMMENT}\na;\n`],
    ['within a line', `a; ${COMMENT}\n`],
    ['that leads elsewhere', '//# sourceMappingURL=b.map\n'],
  ])('%s does not', (_name, text) => expect(sources(text)).toBe('none'));
});
