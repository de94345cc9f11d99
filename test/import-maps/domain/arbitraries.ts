// Maps, deltas and layers for the properties: few names and URLs, so that they meet, and the dangerous ones among them.
import fc from 'fast-check';
import { type Change, changeDelta, type Delta } from '../../../src/import-maps/domain/delta.js';
import type { Layer } from '../../../src/import-maps/domain/layer.js';
import { keyOf, type MapKey } from '../../../src/import-maps/domain/map-key.js';
import { ImportMap, type Target } from '../../../src/import-maps/domain/import-map.js';

const SPECIFIERS = ['cart', 'cart/', 'cart/deep', 'nav', '10', '9', '__proto__', 'constructor', 'é"\n', '\ud83d\ude00'];
const SCOPES = [null, null, 'https://shop.example/', 'https://shop.example/admin/', '/modules/1/', '/app/'];

export const runs = { numRuns: 100 };

const aSpecifier = fc.constantFrom(...SPECIFIERS);
export const aKey: fc.Arbitrary<MapKey> = fc
  .tuple(aSpecifier, fc.constantFrom(...SCOPES))
  .map(([name, scope]) => keyOf(name, scope));

/** Elsewhere, here, and on the page, before and after what is here in the order of texts. */
const PLACES = ['https://cdn.example/', '/modules/', '/modules/', '/app/', './', '/zoo/'];

/** A URL has one integrity or none, as it has when it names its content. */
const aTarget: fc.Arbitrary<Target> = fc.integer({ min: 1, max: 12 }).map((content) => {
  const url = `${PLACES[content % PLACES.length]}${content}/`;
  return content % 2 === 0 ? { url, integrity: `sha384-${String(content).padStart(64, 'A')}` } : { url };
});

export const someTargets = fc.uniqueArray(fc.tuple(aKey, aTarget), { maxLength: 14, selector: ([key]) => key });
export const aMap = someTargets.map((targets) => ImportMap.of(targets));
export const someChanges = fc
  .array(fc.tuple(aKey, fc.option(aTarget, { freq: 3 })), { maxLength: 8 })
  .map((changes) => new Map(changes));

const aModule = fc
  .tuple(aTarget, fc.option(fc.array(aSpecifier, { maxLength: 3 }), { nil: undefined }))
  .map(([target, imports]) => (imports ? { ...target, imports } : target));
export const someAsked: fc.Arbitrary<Change[]> = fc.array(
  fc.record({ scope: fc.constantFrom(...SCOPES), specifier: aSpecifier, set: fc.option(aModule, { freq: 3 }) }),
  { maxLength: 6 },
);
export const aDelta = (production: fc.Arbitrary<ImportMap> = aMap): fc.Arbitrary<Delta> =>
  fc.tuple(someAsked, production).map(([asked, map]) => changeDelta([], asked, map));

/** In any order, with places that some share. */
export const someLayers: fc.Arbitrary<Layer[]> = fc
  .array(fc.record({ sequence: fc.integer({ min: 1, max: 6 }), delta: aDelta() }), { maxLength: 7 })
  .map((layers) => layers.map((layer, index) => ({ ...layer, id: index + 1, ticket: index + 1 })));

export const shuffled = <Item>(items: readonly Item[]): fc.Arbitrary<Item[]> =>
  fc.shuffledSubarray([...items], { minLength: items.length });
