// Chains of revisions: whichever way one is read, it is what was written; and they weigh little more than what changed.
import fc from 'fast-check';
import type { Delta, DeltaEntry } from '../../../src/import-maps/domain/delta.js';
import { bytesOf, entryKey, withEntries } from '../../../src/import-maps/domain/delta.js';
import {
  type ChainPlace,
  deltaFrom,
  type DeltaStep,
  placeAfter,
  stepBetween,
} from '../../../src/import-maps/domain/delta-steps.js';

const operation = (index: number, version = 0): DeltaEntry => ({
  specifier: `m${index}`,
  scope: null,
  set: { url: `https://cdn.example/${index}/${version}.js` },
  base: null,
});
const deltaOf = (count: number): Delta =>
  withEntries([], new Map(Array.from({ length: count }, (_, at) => [entryKey(operation(at)), operation(at)])));

interface Kept {
  readonly place: ChainPlace;
  readonly content: Delta | DeltaStep;
  readonly delta: Delta;
}

function next(chain: Kept[], delta: Delta): void {
  const before = chain.at(-1);
  const step = stepBetween(before?.delta ?? [], delta);
  const place = placeAfter(before?.place, delta, step) ?? { number: chain.length + 1, whole: null, carried: 0 };
  chain.push({ place, content: place.whole === null ? delta : step, delta });
}

const through = (kept: Delta | DeltaStep): Delta | DeltaStep => JSON.parse(JSON.stringify(kept)) as Delta | DeltaStep;

it('a revision is what was written, from its whole one and from every one between', () => {
  const change = fc.tuple(fc.integer({ min: 0, max: 120 }), fc.option(fc.integer({ min: 0, max: 2 })));
  const changes = fc.array(fc.array(change, { maxLength: 12 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 110 }), changes, (count, rounds) => {
      const chain: Kept[] = [];
      next(chain, deltaOf(count));
      for (const round of rounds) {
        const last = chain.at(-1)?.delta ?? [];
        // Some come as other objects that say the same, as they do from the database.
        const before = round.length % 2 ? (through(last) as Delta) : last;
        const wanted = new Map(
          round.map(([at, version]) => [entryKey(operation(at)), version === null ? null : operation(at, version)]),
        );
        next(chain, withEntries(before, wanted));
      }
      for (const { place, delta } of chain) {
        const from = place.whole ?? place.number;
        const kept = chain.slice(from - 1, place.number).map(({ content }) => through(content));
        expect(deltaFrom(kept)).toEqual(delta);
        for (let known = from; known < place.number; known++)
          expect(deltaFrom(kept.slice(known - from + 1), chain[known - 1]?.delta)).toEqual(delta);
        expect(place.carried).toBeLessThanOrEqual(delta.length / 2);
      }
    }),
    { numRuns: 200 },
  );
});

it('ten thousand changes of one key of many weigh a few copies of everything', () => {
  const chain: Kept[] = [];
  next(chain, deltaOf(4096));
  for (let round = 1; round <= 10_000; round++) {
    const one = operation(round % 4096, round);
    next(chain, withEntries(chain.at(-1)?.delta ?? [], new Map([[entryKey(one), one]])));
  }
  const wholes = chain.filter(({ place }) => place.whole === null).length;
  expect(wholes).toBeLessThanOrEqual(1 + 10_000 / 256);
  const longest = Math.max(...chain.map(({ place }) => place.number - (place.whole ?? place.number)));
  expect(longest).toBeLessThanOrEqual(257);
});

it('the first one, small ones and large changes are whole', () => {
  const before = { number: 1, whole: null, carried: 0 };
  const step = { changed: [operation(1)], gone: [] };
  expect(placeAfter(undefined, deltaOf(100), step)).toBeUndefined();
  expect(placeAfter(before, deltaOf(63), step)).toBeUndefined();
  expect(placeAfter(before, deltaOf(64), step)).toEqual({ number: 2, whole: 1, carried: 1 });
  expect(placeAfter({ number: 5, whole: 2, carried: 31 }, deltaOf(64), step)).toEqual({
    number: 6,
    whole: 2,
    carried: 32,
  });
  expect(placeAfter({ number: 5, whole: 2, carried: 32 }, deltaOf(64), step)).toBeUndefined();
  expect(placeAfter({ number: 257, whole: 2, carried: 1 }, deltaOf(64), step)?.whole).toBe(2);
  expect(placeAfter({ number: 258, whole: 2, carried: 1 }, deltaOf(64), step)?.whole).toBeUndefined();
});

it('what the modules import is a change, too', () => {
  const importing = (...imports: string[]): DeltaEntry => ({
    ...operation(1),
    set: { url: 'https://cdn.example/1.js', imports },
  });
  expect(stepBetween([importing('a', 'b')], [importing('a', 'b')]).changed).toEqual([]);
  expect(stepBetween([importing('a', 'b')], [importing('a', 'c')]).changed).toEqual([importing('a', 'c')]);
  expect(stepBetween([importing('a')], [importing('a', 'c')]).changed).toEqual([importing('a', 'c')]);
});

it('weighs what a delta holds: every text of it', () => {
  const none = bytesOf([]);
  const [removal, one] = [{ ...operation(1), set: null }, operation(1)];
  expect(bytesOf([removal])).toBeGreaterThan(none);
  expect(bytesOf([one])).toBe(bytesOf([removal]) + (one.set?.url.length ?? 0));
  expect(bytesOf([{ ...one, scope: '/shop/' }])).toBe(bytesOf([one]) + '/shop/'.length);
  const importing = { ...one, set: { url: one.set?.url ?? '', imports: ['react', 'cart'] } };
  expect(bytesOf([importing])).toBeGreaterThan(bytesOf([one]) + 'reactcart'.length);
});
