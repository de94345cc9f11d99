// What `npm run additions` makes of a page: it finds what is to be written, and refuses what no longer fits the code.
import { additionsIn, applied } from '../../scripts/docs/additions.mjs';

interface Addition {
  readonly file: string;
  readonly isNew: boolean;
  readonly line: number;
  readonly lines: string[];
}
const parse: (text: string) => Addition[] = additionsIn;
const apply = applied as (text: string | undefined, addition: Addition, page: string) => string;

const PAGE = `# A page

New file \`src/a.ts\`:

\`\`\`ts
export const a = 1;
\`\`\`

Words, and \`src/other.ts\` in the middle of them.

\`\`\`sh
npm test
\`\`\`

In \`src/b.ts\`, below the imports:

\`\`\`diff
 import { c } from './c.js';
+import { a } from './a.js';
-const sum = c;
+const sum = a + c;
\`\`\`
`;
const B = "import { c } from './c.js';\nconst sum = c;\n";

it('finds files to write and to change, and nothing else', () => {
  expect(parse(PAGE).map(({ file, isNew, line }) => [file, isNew, line])).toEqual([
    ['src/a.ts', true, 5],
    ['src/b.ts', false, 17],
  ]);
});

it('writes what is new, and changes what is there', () => {
  const [made, changed] = parse(PAGE) as [Addition, Addition];
  expect(apply(undefined, made, 'page')).toBe('export const a = 1;\n');
  expect(apply(`// First\n${B}`, changed, 'page')).toBe(
    "// First\nimport { c } from './c.js';\nimport { a } from './a.js';\nconst sum = a + c;\n",
  );
});

it.each([
  ['a new file that is there', 0, 'export const a = 2;\n', /line 5: src\/a.ts is there already/],
  ['a file that is not there', 1, undefined, /line 17: there is no src\/b.ts/],
  ['lines that are not in it', 1, 'const sum = c;\n', /does not have these lines:\nimport \{ c \}/],
  ['lines that are there twice', 1, `${B}\n${B}`, /more than once/],
])('refuses %s', (_name, index, text, says) => {
  expect(() => apply(text, parse(PAGE)[index] as Addition, 'page')).toThrow(says);
});
