// The table of refusals says what the code does: a code that isn't declared doesn't compile, and one that nothing refuses with
// any more is found here.
import fs from 'node:fs';
import path from 'node:path';
import { exitOf } from '../../src/cli/shell/report-error.js';
import { STATUS } from '../../src/platform/http/error-reply.js';
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

it('is answered with a status that the command has an exit code for: 3 for a rule, 6 for another that was first', () => {
  const exits = CODES.flatMap(([code, [kinds]]) =>
    [kinds]
      .flat()
      .map((kind) => [
        STATUS[kind as keyof typeof STATUS],
        exitOf({ status: STATUS[kind as keyof typeof STATUS], code }),
      ]),
  );
  expect(new Set(exits.filter(([status]) => status === 409).map(([, exit]) => exit))).toEqual(new Set([3, 6]));
  expect(exits.filter(([status]) => status === undefined)).toEqual([]);
});

it('has each once', () => {
  const codes = CODES.map(([code]) => code);
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});
