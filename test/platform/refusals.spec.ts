// The table of refusals says what the code does: a code that isn't declared doesn't compile, and one that nothing refuses with
// any more is found here.
import fs from 'node:fs';
import path from 'node:path';
import { REFUSALS } from '../../src/platform/refusals/refusals.js';

const DECLARED = path.join('src', 'platform', 'refusals');
const CODES = Object.values(REFUSALS).flatMap(
  (codes) => Object.entries(codes) as [string, readonly [unknown, string]][],
);

const sources = fs
  .readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => path.join('src', file))
  .filter((file) => file.endsWith('.ts') && !file.startsWith(DECLARED))
  .map((file) => fs.readFileSync(file, 'utf8'))
  .join('\n');

/** Codes that are put together where they are used: the part before the dot, and what makes the rest. */
const MADE = [
  ['event', "bad('"],
  ['entry', 'refuse('],
  ['scope', 'refuse('],
  ['integrity', 'refuse('],
  ['share', '`share.${kind}`'],
  ['dry_run', "queryFlag(request, 'dry_run')"],
  ['lenient', "queryFlag(request, 'lenient')"],
] as const;

const isUsed = (code: string): boolean => {
  if (sources.includes(`'${code}'`)) return true;
  const [family = '', name = ''] = code.split('.');
  const made = MADE.find(([one]) => one === family);
  return (
    made !== undefined &&
    sources.includes(made[1]) &&
    (sources.includes(`'${name}'`) || sources.includes(`${name}:`) || name === 'invalid')
  );
};

it('has no code that nothing refuses with', () => {
  expect(CODES.map(([code]) => code).filter((code) => !isUsed(code))).toEqual([]);
});

it('says of each in a short sentence what it means', () => {
  const wrong = CODES.filter(([, [, about]]) => !/^[A-Z_a-z].*\.$/.test(about) || about.length > 140);
  expect(wrong).toEqual([]);
});

it('has each once', () => {
  const codes = CODES.map(([code]) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});
