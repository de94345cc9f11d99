// The check that no expression goes back over its input (scripts/regex-check.mjs) must be able to fail.
import { expressionsIn, faultOf } from '../../scripts/regex-check.mjs';

it.each([
  ['exponential', String.raw`^(\s|\/\/.*)*$`],
  ['quadratic, since it is tried from every place', String.raw`\/+$`],
])(
  'finds what is %s',
  async (_name, source) => {
    expect(await faultOf({ source, flags: '' })).toMatch(/exponential|polynomial/);
  },
  60_000,
);

it('lets linear ones be', async () => {
  expect(await faultOf({ source: String.raw`^[a-z]+:(\d+)$`, flags: 'i' })).toBeUndefined();
}, 60_000);

it('reads every expression of a file, and refuses those that are made of texts', () => {
  const file = [
    'const one = /a+/g;',
    'text.match(/b/); names.match(one, 2);',
    'new RegExp(`^${pattern}$`);',
    'RegExp(pattern);',
    'text.search(pattern);',
  ].join('\n');
  const { found, faults } = expressionsIn('a.ts', file);
  expect(found.map(({ place, source, flags }) => [place, source, flags])).toEqual([
    ['a.ts:1', 'a+', 'g'],
    ['a.ts:2', 'b', ''],
  ]);
  expect(faults.map(({ place }) => place)).toEqual(['a.ts:3', 'a.ts:4', 'a.ts:5']);
});
