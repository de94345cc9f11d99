// Forms with files, as uploads are sent: modules, packages and sources, with names, contents and boundaries from right to hostile.
import fc from 'fast-check';
import { mostly, some } from './values.mjs';

const PATHS = [
  'index.js',
  'lib/a.js',
  'a.mjs',
  'style.css',
  'package.json',
  'src/main.ts',
  'a.js.map',
  'x_1.0_amd64.deb',
  'x_1.0.dsc',
];
const BAD_PATHS = [
  '../a.js',
  '%2e%2e/a.js',
  'a\\b.js',
  'x.svg',
  'x.html',
  '/etc/passwd',
  'a.exe',
  'C:/a.js',
  'ü.js',
  `${'x'.repeat(300)}.js`,
];
const CONTENTS = [
  '',
  'export const a = 1;',
  "import { a } from './lib/a.js'; import 'react'; export default a;",
  "import x from 'javascript:alert(1)'; import('./' + x);",
  'import {',
  '{"name": "nav", "main": "./lib/a.js", "exports": {".": {"import": "./index.js"}}}',
  '{"exports": {"__proto__": "../../x.js"}}',
  '<svg onload="alert(1)"/>',
  'Package: x\nVersion: 1.0\nArchitecture: amd64\n\n',
  '\0\x01\xff',
  'x'.repeat(200_000),
];
const filePart = fc
  .tuple(
    some('file', ...PATHS),
    mostly(fc.constantFrom(...PATHS), fc.constantFrom(...BAD_PATHS)),
    fc.constantFrom(...CONTENTS),
  )
  .map(
    ([name, filename, content]) =>
      `name="${name}"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n${content}`,
  );
const FIELDS = [
  'specifier',
  'name',
  'mode',
  'scope',
  'entry',
  'delete',
  'git_remote',
  'git_branch',
  'git_commit',
  '__proto__',
];
const VALUES = [
  'nav',
  '@acme/nav',
  'nav/',
  'package',
  'module',
  'sources',
  'index.js',
  'lib/a.js',
  'https://cdn.example/',
];
const textPart = fc
  .tuple(fc.constantFrom(...FIELDS), some(...VALUES))
  .map(([name, value]) => `name="${name}"\r\n\r\n${value}`);
/** What makes a module, a package, sources; or whatever. */
const parts = fc.oneof(
  fc.tuple(
    fc.constantFrom('nav', 'x').map((value) => `name="specifier"\r\n\r\n${value}`),
    fc.nat(9).map((value) => `name="file"; filename="index.js"\r\n\r\nexport default ${value};`),
  ),
  fc.tuple(
    some('nav', '@acme/nav', 'x').map((value) => `name="specifier"\r\n\r\n${value}`),
    filePart,
  ),
  fc.tuple(fc.constant('name="name"\r\n\r\nnav'), filePart, filePart),
  fc.tuple(fc.constant('name="mode"\r\n\r\nsources'), fc.constant('name="name"\r\n\r\nnav'), filePart),
  fc.array(filePart, { maxLength: 3 }),
  fc.array(fc.oneof(textPart, filePart), { maxLength: 6 }),
);
const BOUNDARY = 'stampline-fuzz';
/** With its type, which has the boundary. */
export const form = fc.tuple(parts, fc.nat(400), fc.nat(19)).map(([all, cut, fault]) => {
  const text = all.map((part) => `--${BOUNDARY}\r\nContent-Disposition: form-data; ${part}\r\n`).join('');
  const whole = Buffer.from(`${text}--${BOUNDARY}--\r\n`);
  const body = fault === 0 ? whole.subarray(0, Math.max(1, whole.length - cut)) : whole;
  const boundary = { 1: '; boundary=another', 2: '', 3: '; boundary="', 4: `; boundary=${'x'.repeat(100)}` }[fault];
  return { body, type: `multipart/form-data${boundary ?? `; boundary=${BOUNDARY}`}` };
});
