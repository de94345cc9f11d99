// The map of a ticket that changes is made of the one before: it must be the one that is made from the beginning.
import { canonicalJson } from '../builders/canonical-json.js';
import fc from 'fast-check';
import { changeDelta, overlay } from '../../src/import-maps/domain/delta.js';
import { ImportMap } from '../../src/import-maps/domain/import-map.js';
import { PreviewMapCache } from '../../src/import-maps/serving/preview-map-cache.js';
import { aDelta, aMap, runs, someAsked, someTargets } from './domain/arbitraries.js';

const ticketWith = (id: number, delta: ReturnType<typeof changeDelta>, revision: number) => ({
  ...{
    id,
    delta,
    revision,
    project: 1,
    key: `TKT-${id}`,
    version: revision,
    previewKey: '',
    stage: 'dev',
    closed: false,
  },
});

test('whatever a ticket changes, however production moves', () => {
  const step = fc.record({ asked: someAsked, moved: fc.option(someTargets), isReadAgain: fc.boolean() });
  fc.assert(
    fc.property(aMap, aDelta(), fc.array(step, { maxLength: 5 }), (first, start, steps) => {
      const shown = new PreviewMapCache();
      let [production, delta] = [first, start];
      expect(shown.of(production, [ticketWith(1, delta, 1)]).equals(overlay(production, delta))).toBe(true);
      for (const { asked, moved, isReadAgain } of steps) {
        if (moved) production = ImportMap.of(moved);
        delta = changeDelta(isReadAgain ? structuredClone(delta) : delta, asked, production);
        const map = shown.of(production, [ticketWith(1, delta, 2)]);
        for (const origin of ['https://stamp.example', 'http://localhost:8000'])
          expect(canonicalJson(map, origin)).toBe(canonicalJson(overlay(production, delta), origin));
      }
    }),
    runs,
  );
});

test('each ticket has its own, and several at once are put together', () => {
  const shown = new PreviewMapCache();
  const set = (specifier: string) => changeDelta([], [{ scope: null, specifier, set: { url: '/modules/1/' } }], empty);
  const empty = ImportMap.empty;
  const [one, other] = [ticketWith(1, set('one/'), 1), ticketWith(2, set('other/'), 1)];
  expect(shown.of(empty, [one]).keys).toEqual([' one/']);
  expect(shown.of(empty, [other]).keys).toEqual([' other/']);
  expect(shown.of(empty, [one, other]).keys).toEqual([' one/', ' other/']);
  expect(shown.of(empty, []).keys).toEqual([]);
  expect(shown.of(empty, [one]).keys).toEqual([' one/']);
});
