// What holds for every delta: a repeat changes nothing, a conflict is never settled unseen, a rebase settles it.
import fc from 'fast-check';
import { type Choice, keyState, rebase, staleKeys } from '../../../src/import-maps/domain/conflict.js';
import {
  changeDelta,
  changesOf,
  difference,
  keysOf,
  entryKey,
  overlay,
} from '../../../src/import-maps/domain/delta.js';
import { sameTarget } from '../../../src/import-maps/domain/import-map.js';
import { aDelta, aKey, aMap, runs, someAsked, someChanges } from './arbitraries.js';

test('a delta has each key once, sorted', () => {
  fc.assert(
    fc.property(aDelta(), someAsked, aMap, (delta, asked, production) => {
      const keys = keysOf(changeDelta(delta, asked, production));
      expect(keys).toEqual([...new Set(keys)].sort());
    }),
    runs,
  );
});

test('the same changes again change nothing, however production moved', () => {
  // Each key once: what is asked for twice in one request is two changes.
  const each = someAsked.map((asked) => [...new Map(asked.map((change) => [entryKey(change), change])).values()]);
  fc.assert(
    fc.property(aDelta(), each, aMap, aMap, (delta, asked, production, moved) => {
      const once = changeDelta(delta, asked, production);
      expect(changeDelta(once, asked, production)).toEqual(once);
      const kept = changeDelta(once, asked, moved).filter((operation) => keysOf(once).includes(entryKey(operation)));
      for (const operation of kept) {
        const before = once.find((other) => entryKey(other) === entryKey(operation));
        expect(operation).toEqual(before);
      }
    }),
    runs,
  );
});

test('what is asked for is what the stamp shows', () => {
  fc.assert(
    fc.property(aDelta(), someAsked, aMap, (delta, asked, production) => {
      const stamped = overlay(production, changeDelta(delta, asked, production));
      const last = new Map(asked.map((change) => [entryKey(change), change.set]));
      for (const [key, target] of last) expect(sameTarget(stamped.get(key), target)).toBe(true);
    }),
    runs,
  );
});

test('of watched files the ticket has what differs from production, whatever it had; a repeat changes nothing', () => {
  const files = someAsked.map((asked) => [...new Map(asked.map((change) => [entryKey(change), change])).values()]);
  const past = fc.array(aKey).map((keys) => ({ past: new Set(keys) }));
  fc.assert(
    fc.property(aDelta(), files, aMap, past, (delta, asked, production, watched) => {
      const after = changeDelta(delta, asked, production, watched);
      const stamped = overlay(production, after);
      for (const change of asked) {
        const key = entryKey(change);
        expect(sameTarget(stamped.get(key), change.set)).toBe(true);
        expect(keysOf(after).includes(key)).toBe(!sameTarget(production.get(key), change.set));
      }
      const sent = new Set(asked.map(entryKey));
      const others = (all: typeof delta) => all.filter((operation) => !sent.has(entryKey(operation)));
      expect(others(after)).toEqual(others(delta));
      expect(changeDelta(after, asked, production, watched)).toEqual(after);
    }),
    runs,
  );
});

test('a watched file that production had once never goes over what it has now unseen', () => {
  fc.assert(
    fc.property(someAsked, aMap, (asked, production) => {
      const watched = { past: new Set(asked.map(entryKey)) };
      const stale = staleKeys(changeDelta([], asked, production, watched), production).map(({ key }) => key);
      const last = new Map(asked.map((change) => [entryKey(change), change.set]));
      for (const [key, target] of last) expect(stale.includes(key)).toBe(!sameTarget(production.get(key), target));
    }),
    runs,
  );
});

test('what two deltas don’t share makes one of the other, and is little where little changed', () => {
  fc.assert(
    fc.property(aDelta(), someAsked, aMap, fc.boolean(), (before, asked, production, isReadAgain) => {
      const after = changeDelta(isReadAgain ? structuredClone(before) : before, asked, production);
      const { gone, come } = difference(before, after);
      const stay = before.filter((operation) => !gone.includes(operation));
      const made = [...stay, ...come].sort((one, other) => (entryKey(one) < entryKey(other) ? -1 : 1));
      expect(made).toEqual(after);
      if (!isReadAgain) expect(come.length).toBeLessThanOrEqual(asked.length);
      expect(difference(after, after)).toEqual({ gone: [], come: [] });
    }),
    runs,
  );
});

test('merging twice changes nothing', () => {
  fc.assert(
    fc.property(aMap, aDelta(), (production, delta) => {
      const stamped = overlay(production, delta);
      expect(overlay(stamped, delta).equals(stamped)).toBe(true);
    }),
    runs,
  );
});

/** A production, a delta made over it, and the production that others' promotions made of it. */
const aMove = aMap.chain((before) =>
  fc.record({ before: fc.constant(before), delta: aDelta(fc.constant(before)), others: someChanges }),
);

test('a fresh delta has no conflict, and one only where somebody else changed a key', () => {
  fc.assert(
    fc.property(aMove, ({ before, delta, others }) => {
      expect(staleKeys(delta, before)).toEqual([]);
      const now = before.with(others);
      for (const { key, base, production, mine } of staleKeys(delta, now)) {
        expect(others.has(key)).toBe(true);
        expect(sameTarget(production, base) || sameTarget(production, mine)).toBe(false);
      }
      const live = delta.filter((operation) => keyState(operation, now) === 'live');
      for (const operation of live) expect(sameTarget(now.get(entryKey(operation)), operation.set)).toBe(true);
    }),
    runs,
  );
});

test('after a rebase nothing is stale, mine is what the ticket has and theirs what production has', () => {
  const choices = fc.array(fc.constantFrom<Choice>('mine', 'theirs'), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(aMove, choices, ({ before, delta, others }, wanted) => {
      const now = before.with(others);
      const chosen = new Map(staleKeys(delta, now).map(({ key }, index) => [key, wanted[index] as Choice]));
      const settled = rebase(delta, now, chosen);
      expect(staleKeys(settled, now)).toEqual([]);
      const stamped = overlay(now, settled);
      for (const [key, target] of changesOf(delta)) {
        const expected = chosen.get(key) === 'theirs' ? now.get(key) : target;
        expect(sameTarget(stamped.get(key), expected)).toBe(true);
      }
      expect(rebase(settled, now, chosen)).toEqual(settled);
    }),
    runs,
  );
});
