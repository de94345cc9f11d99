// What holds for every history: nobody's work is lost by somebody else's promotion or revert.
import fc from 'fast-check';
import { changesOf, keysOf, overlay } from '../../../src/import-maps/domain/delta.js';
import { fold, foldKeys, inOrder, type Layer } from '../../../src/import-maps/domain/layer.js';
import { planRevert } from '../../../src/import-maps/domain/revert.js';
import { aDelta, aKey, aMap, runs, shuffled, someLayers } from './arbitraries.js';

const touches = (keys: readonly string[]) => (layer: Layer) => keysOf(layer.delta).some((key) => keys.includes(key));
const aHistory = fc.tuple(aMap, someLayers);
/** A history, and some of its layers. */
const aRevert = aHistory.chain(([base, layers]) =>
  fc.record({
    base: fc.constant(base),
    layers: fc.constant(layers),
    go: fc.subarray(layers.map(({ id }) => id)).map((ids) => new Set(ids)),
  }),
);

test('a fold is one layer after the other', () => {
  fc.assert(
    fc.property(aHistory, ([base, layers]) => {
      const folded = inOrder(layers).reduce((map, { delta }) => overlay(map, delta), base);
      expect(fold(base, layers).equals(folded)).toBe(true);
    }),
    runs,
  );
});

test('a fold is the same whatever the order that the layers are read in', () => {
  const mixed = aHistory.chain(([base, layers]) => fc.tuple(fc.constant(base), fc.constant(layers), shuffled(layers)));
  fc.assert(
    fc.property(mixed, ([base, layers, others]) => {
      expect(fold(base, layers).equals(fold(base, others))).toBe(true);
      const keys = layers.flatMap(({ delta }) => keysOf(delta));
      expect(foldKeys(base, others, keys)).toEqual(foldKeys(base, layers, keys));
    }),
    runs,
  );
});

test('some keys of a fold need only the layers that touch them', () => {
  fc.assert(
    fc.property(aHistory, fc.uniqueArray(aKey), ([base, layers], keys) => {
      const folded = fold(base, layers);
      const values = foldKeys(base, layers.filter(touches(keys)), keys);
      expect([...values.keys()]).toEqual(keys);
      for (const key of keys) expect(values.get(key)).toEqual(folded.get(key) ?? null);
    }),
    runs,
  );
});

test('a stamp keeps every key of production that the ticket does not name', () => {
  fc.assert(
    fc.property(aMap, aDelta(), (production, delta) => {
      const stamped = overlay(production, delta);
      const changes = changesOf(delta);
      for (const key of production.keys) if (!changes.has(key)) expect(stamped.get(key)).toBe(production.get(key));
      for (const key of stamped.keys) if (!changes.has(key)) expect(production.get(key)).toBeDefined();
    }),
    runs,
  );
});

test('a revert is never having had the layers', () => {
  fc.assert(
    fc.property(aRevert, ({ base, layers, go }) => {
      const production = fold(base, layers);
      const without = fold(
        base,
        layers.filter(({ id }) => !go.has(id)),
      );
      const { changes } = planRevert(base, layers, go);
      expect(production.with(changes).equals(without)).toBe(true);
    }),
    runs,
  );
});

test('a revert needs only the layers that touch its keys, and the later ones', () => {
  fc.assert(
    fc.property(aRevert, ({ base, layers, go }) => {
      const production = fold(base, layers);
      const keys = layers.filter(({ id }) => go.has(id)).flatMap(({ delta }) => keysOf(delta));
      const first = inOrder(layers).find(({ id }) => go.has(id));
      const line = inOrder(layers);
      const needed = line.filter(
        (layer) => touches(keys)(layer) || (first && line.indexOf(layer) >= line.indexOf(first)),
      );
      expect(planRevert(base, needed, go, production)).toEqual(planRevert(base, layers, go, production));
    }),
    runs,
  );
});

test('a superseded key stays as it is, and what is not superseded goes', () => {
  fc.assert(
    fc.property(aRevert, ({ base, layers, go }) => {
      const { changes, superseded } = planRevert(base, layers, go);
      const production = fold(base, layers);
      const later = new Map(superseded.map(({ key, by }) => [key, by]));
      for (const [key, target] of changes) {
        const by = later.get(key);
        if (by) expect([target, changesOf(by.delta).get(key)]).toEqual([production.get(key) ?? null, target]);
        else
          expect(target).toEqual(
            foldKeys(
              base,
              layers.filter(({ id }) => !go.has(id)),
              [key],
            ).get(key),
          );
      }
      for (const by of later.values()) expect(go.has(by.id)).toBe(false);
    }),
    runs,
  );
});

test('in which order tickets without a common key are promoted makes no difference', () => {
  const disjoint = someLayers.map((layers) => {
    const taken = new Set<string>();
    return layers.filter(({ delta }) => {
      const free = keysOf(delta).every((key) => !taken.has(key));
      if (free) for (const key of keysOf(delta)) taken.add(key);
      return free;
    });
  });
  const orders = disjoint.chain((layers) => fc.tuple(fc.constant(layers), shuffled(layers)));
  const inTurn = (layers: Layer[]) => layers.map((layer, sequence) => ({ ...layer, sequence }));
  fc.assert(
    fc.property(aMap, orders, (base, [one, other]) => {
      expect(fold(base, inTurn(one)).equals(fold(base, inTurn(other)))).toBe(true);
    }),
    runs,
  );
});
