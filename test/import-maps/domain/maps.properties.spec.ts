// What holds for every map: its order, its text, and what the standard makes of it.
import { canonicalJson } from '../../builders/canonical-json.js';
import fc from 'fast-check';
import { acceptMap, patchChanges } from '../../../src/import-maps/domain/accepted-map.js';
import { changesOf, entryKey } from '../../../src/import-maps/domain/delta.js';
import { atOnce } from '../../../src/platform/sliced.js';
import { diffing } from '../../../src/import-maps/domain/diff.js';
import { keyFromWire, partsOf, wireKey } from '../../../src/import-maps/domain/map-key.js';
import { parseImportMap, type ParsedImportMap } from '../../../src/import-maps/domain/parse.js';
import { resolveSpecifier } from '../../../src/import-maps/domain/resolve.js';
import { ImportMap } from '../../../src/import-maps/domain/import-map.js';
import { aKey, aMap, runs, shuffled, someChanges, someTargets } from './arbitraries.js';

const ORIGIN = 'https://stamp.example';
const fresh = (map: ImportMap) => ImportMap.of([...map.keys].map((key) => [key, map.get(key)!]));

test('a changed map is ordered as one that is made anew', () => {
  fc.assert(
    fc.property(aMap, fc.array(someChanges, { maxLength: 4 }), (map, steps) => {
      let changed = map;
      for (const changes of steps) {
        changed = changed.with(changes);
        void canonicalJson(changed, ORIGIN);
      }
      expect(changed.keys).toEqual([...changed.targets.keys()].sort());
      expect(canonicalJson(changed)).toBe(canonicalJson(fresh(changed)));
    }),
    runs,
  );
});

test('a change says of its keys what it says, and nothing of the others', () => {
  fc.assert(
    fc.property(aMap, someChanges, aKey, (map, changes, other) => {
      const changed = map.with(changes);
      for (const [key, target] of changes) expect(changed.get(key) ?? null).toEqual(target);
      if (!changes.has(other)) expect(changed.get(other)).toBe(map.get(other));
      expect(changed.with(changes).equals(changed)).toBe(true);
    }),
    runs,
  );
});

test('the text is the same if and only if the map is, whatever the order that it was made in', () => {
  const two = someTargets.chain((targets) => fc.tuple(fc.constant(targets), shuffled(targets), someTargets));
  fc.assert(
    fc.property(two, ([targets, mixed, others]) => {
      const [map, same, other] = [ImportMap.of(targets), ImportMap.of(mixed), ImportMap.of(others)];
      expect(canonicalJson(map, ORIGIN)).toBe(canonicalJson(same, ORIGIN));
      // A map has one integrity for a URL; here a URL always has the same.
      expect(canonicalJson(map) === canonicalJson(other)).toBe(map.equals(other));
    }),
    runs,
  );
});

test('the text is a valid map that leads where the map does', () => {
  fc.assert(
    fc.property(aMap, (map) => {
      const { map: parsed, warnings } = parseImportMap(canonicalJson(map, ORIGIN), 'https://any.example/');
      expect(warnings).toEqual([]);
      const absolute = (url: string) =>
        new URL(url, url.startsWith('/modules/') ? ORIGIN : 'https://any.example/').href;
      for (const key of map.keys) {
        const { scope, specifier } = partsOf(key);
        const section = scope === null ? parsed.imports : parsed.scopes.get(absolute(scope));
        const { url, integrity } = map.get(key)!;
        expect(section?.get(specifier)).toBe(absolute(url));
        expect(parsed.integrity.get(absolute(url))).toBe(integrity);
      }
      const count = [parsed.imports, ...parsed.scopes.values()].reduce((sum, section) => sum + section.size, 0);
      expect(count).toBe(map.keys.length);
    }),
    runs,
  );
});

test('a map that is sent back is the same map, and laid over itself changes nothing', () => {
  fc.assert(
    fc.property(aMap, aMap, (map, other) => {
      const accepted = acceptMap(canonicalJson(map, ORIGIN), { origin: ORIGIN, safeList: [], relative: true });
      if ('faults' in accepted) throw new Error(JSON.stringify(accepted.faults));
      const applied = (to: ImportMap) => {
        const changes = patchChanges(accepted.map, to).map((change) => ({ ...change, base: null }));
        return to.with(changesOf(changes));
      };
      expect(applied(ImportMap.empty).equals(map)).toBe(true);
      expect(patchChanges(accepted.map, map)).toEqual([]);
      const twice = applied(other);
      expect(patchChanges(accepted.map, twice)).toEqual([]);
      for (const key of other.keys) {
        const { scope } = partsOf(key);
        if (!map.get(key) && (scope === null || !accepted.map.scopes.has(scope)))
          expect(twice.get(key)?.url).toBe(other.get(key)?.url);
      }
    }),
    runs,
  );
});

test('a difference is what turns the one map into the other', () => {
  fc.assert(
    fc.property(aMap, aMap, (from, to) => {
      const differences = atOnce(diffing(from, to));
      expect(from.with(new Map(differences.map((one) => [one.key, one.to]))).equals(to)).toBe(true);
      expect(differences.map(({ key }) => key)).toEqual(differences.map(({ key }) => key).sort());
      expect(atOnce(diffing(to, from)).map(({ key, from, to }) => ({ key, from: to, to: from }))).toEqual(
        differences.map(({ key, from, to }) => ({ key, from, to })),
      );
    }),
    runs,
  );
});

test('a key goes over the wire and back', () => {
  fc.assert(
    fc.property(aKey, (key) => {
      expect([keyFromWire(wireKey(key)), keyFromWire(key)]).toEqual([key, key]);
      expect(entryKey({ ...partsOf(key), set: null })).toBe(key);
    }),
    runs,
  );
});

/** The standard's own way: every key of a sorted list, in turn. */
function walked(specifier: string, map: ParsedImportMap, importer: string): string | null {
  const match = (section: ReadonlyMap<string, string | null>): string | null | undefined => {
    for (const [key, address] of section) {
      if (key !== specifier && !(key.endsWith('/') && specifier.startsWith(key))) continue;
      const rest = specifier.slice(key.length);
      const url = address !== null && URL.canParse(rest, address) ? new URL(rest, address).href : null;
      return key === specifier ? address : url?.startsWith(address!) ? url : null;
    }
    return undefined;
  };
  for (const [prefix, section] of map.scopes) {
    if (prefix !== importer && !(prefix.endsWith('/') && importer.startsWith(prefix))) continue;
    const found = match(section);
    if (found !== undefined) return found;
  }
  return match(map.imports) ?? null;
}

test('asking for the beginnings of a specifier finds what walking the whole list finds', () => {
  const part = fc.constantFrom('a', 'b', 'a/', 'b/', '/', '..', 'a/b/');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `x${parts.join('')}`);
  const section = fc.dictionary(path, fc.constantFrom('https://c/', 'https://c/a/', null), { maxKeys: 6 });
  const given = fc.record({
    imports: section,
    scopes: fc.dictionary(
      path.map((tail) => `https://h/${tail}`),
      section,
      { maxKeys: 3 },
    ),
  });
  fc.assert(
    fc.property(given, path, path, (json, specifier, tail) => {
      const { map } = parseImportMap(JSON.stringify(json), 'https://h/');
      const importer = new URL(`https://h/${tail}`).href;
      let found: string | null = null;
      try {
        found = resolveSpecifier(specifier, map, importer);
      } catch {
        // It leads nowhere.
      }
      expect(found).toBe(walked(specifier, map, importer));
    }),
    runs,
  );
});
