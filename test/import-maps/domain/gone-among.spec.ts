// What a ticket takes away, asked for by all imports of a package.
import fc from 'fast-check';
import { goneAmong } from '../../../src/import-maps/domain/gone-among.js';

it('is what is named, and what is below a folder that is', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '!', '\u{1f600}'), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(name), fc.array(name), (gone, specifiers) => {
      const isGone = goneAmong(gone);
      for (const specifier of specifiers) {
        const expected = gone.some((one) => one === specifier || (one.endsWith('/') && specifier.startsWith(one)));
        expect([gone, specifier, isGone(specifier)]).toEqual([gone, specifier, expected]);
      }
    }),
  );
});

it('is not looked for folder by folder', () => {
  const folders = Array.from({ length: 100_000 }, (_, index) => `@scope/package-${index}/`);
  const isGone = goneAmong(folders);
  const from = performance.now();
  const found = Array.from({ length: 100_000 }, (_, index) => isGone(`@scope/package-${index + 99_000}/x`));
  // One by one these are ten thousand million comparisons.
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(found.filter(Boolean)).toHaveLength(1000);
});
