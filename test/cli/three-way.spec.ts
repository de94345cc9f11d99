// What a file is to a ticket: every combination of the three versions and of what history knows, by the rule's sentences.
import { decide, type Decision, type ThreeVersions } from '../../src/cli/watch/three-way.js';

const VERSIONS = ['one', 'two', 'three', null] as const;
const LIVE = [...VERSIONS, undefined];
const BOTH = [true, false];

const CASES: readonly ThreeVersions[] = VERSIONS.flatMap((ours) =>
  VERSIONS.flatMap((begun) =>
    LIVE.flatMap((live) => BOTH.flatMap((isPast) => BOTH.map((onTrunk) => ({ ours, begun, live, isPast, onTrunk })))),
  ),
);

const of = (where: (one: ThreeVersions) => boolean): Decision[] => CASES.filter(where).map(decide);
const known = ({ live }: ThreeVersions): boolean => live !== undefined;
/** Production has the file, and it isn't ours. */
const differs = (one: ThreeVersions): boolean => known(one) && one.live !== null && one.live !== one.ours;
const isKnownHere = ({ live, begun, isPast }: ThreeVersions): boolean => isPast || live === begun;

test('what production has is no change', () => {
  expect(new Set(of((one) => one.ours === one.live).map(({ kind }) => kind))).toEqual(new Set(['same']));
});

test('where production lacks the file, what is here is set', () => {
  const decisions = of(({ ours, live }) => live === null && ours !== null);
  expect(new Set(decisions.map(({ kind }) => kind))).toEqual(new Set(['change']));
  // One that nobody changed here may have been taken away by a release: that the server knows.
  expect(decide({ ours: 'one', begun: 'one', live: null, isPast: false, onTrunk: true })).toEqual({
    kind: 'change',
    base: undefined,
  });
});

test('ours goes over a version of our history where we changed it, and always on the trunk', () => {
  for (const one of CASES.filter((two) => differs(two) && isKnownHere(two)))
    expect([one, decide(one)]).toEqual([
      one,
      one.ours !== one.begun || one.onTrunk ? { kind: 'change', base: one.live } : { kind: 'left' },
    ]);
});

test('over a version that our history lacks nothing goes, and what was changed here is stale', () => {
  for (const one of CASES.filter((two) => differs(two) && !isKnownHere(two)))
    expect([one, decide(one)]).toEqual([
      one,
      one.ours === one.begun ? { kind: 'left' } : { kind: 'stale', base: one.begun },
    ]);
});

test('where nobody said what production has, bytes decide', () => {
  expect(new Set(of((one) => !known(one)).map(({ kind }) => kind))).toEqual(new Set(['unknown']));
});
