// Which imports lead nowhere under a map, by the standard's resolver (import-maps.md, section 1, `dangling`).
import { type Delta, operationKey } from './delta.js';
import { keyOf, type MapKey } from './map-key.js';
import { ImportMapError } from './parse.js';
import { mappedUrl, type ResolvableMap } from './resolve.js';
import { addressOf, type StampedMap } from './stamped-map.js';
import { isRelative } from './url-like.js';

/** A module of which it is known what it imports. */
export interface Importer {
  readonly key: MapKey;
  /** As the map has it. */
  readonly url: string;
  readonly imports: readonly string[];
}

export interface Dangling {
  readonly importer: Importer;
  readonly specifier: string;
}

/** What this server keeps needs some origin to be resolved; which one changes nothing. */
const OWN = 'https://own.invalid';

/** The modules that a delta brings and whose imports are known. */
export const importersIn = (delta: Delta): Importer[] =>
  delta.flatMap((operation) => {
    const { set } = operation;
    return set?.imports ? [{ key: operationKey(operation), url: set.url, imports: set.imports }] : [];
  });

/** The imports that lead nowhere, in the order of the importers. */
export function dangling(map: StampedMap, importers: readonly Importer[]): Dangling[] {
  const leads = leadsUnder(map);
  return importers.flatMap((importer) =>
    importer.imports
      .filter((specifier) => !leads(specifier, importer.url))
      .map((specifier) => ({ importer, specifier })),
  );
}

/** An import that went by a key and leads nowhere now. */
export interface Broken extends Dangling {
  readonly key: MapKey;
}

/** Of imports that lead nowhere now, those that led somewhere before. */
export function brokenSince(before: StampedMap, nowhere: readonly Dangling[]): Broken[] {
  const leads = leadsUnder(before);
  return nowhere.flatMap((found) => {
    const key = leads(found.specifier, found.importer.url)?.key;
    return key === undefined ? [] : [{ ...found, key }];
  });
}

/** The imports that led somewhere before a change and lead nowhere after it. */
export const danglingSince = (before: StampedMap, after: StampedMap, importers: readonly Importer[]): Broken[] =>
  brokenSince(before, dangling(after, importers));

/** leadTo, asked once for what is imported often: without scopes it doesn't matter by whom. */
function leadsUnder(map: StampedMap): (specifier: string, importer: string) => Lead | undefined {
  const known = new Map<string, Lead | undefined>();
  return (specifier, importer) => {
    const lead = known.get(specifier);
    if (lead !== undefined || known.has(specifier)) return lead;
    const found = named(map, specifier) ?? leadTo(map, specifier, importer);
    if (map.scopes.size === 0 && !isRelative(specifier)) known.set(specifier, found);
    return found;
  };
}

/** A bare name that is a key of a map without scopes leads there, and most do: a URL has a colon, or is relative. */
function named(map: StampedMap, specifier: string): Lead | undefined {
  const isBare = map.scopes.size === 0 && !specifier.includes(':') && !isRelative(specifier);
  const key = keyOf(specifier);
  const target = isBare ? map.get(key) : undefined;
  return target && { url: target.url, key };
}

export interface Lead {
  /** As the map has it for a key; as the standard writes it for a specifier that is a URL itself. */
  readonly url: string;
  /** The key that it goes by; undefined where the specifier is a URL that no key names. */
  readonly key: MapKey | undefined;
}

/** Where a module's import leads under a map; undefined for nowhere. Relative keys, which stand on a page, don't count. */
export function leadTo(map: StampedMap, specifier: string, importer: string): Lead | undefined {
  let key: MapKey | undefined;
  const section = (scope: string | null) => ({
    get(name: string) {
      const target = map.get(keyOf(name, scope));
      if (target) key = keyOf(name, scope);
      return target && addressOf(target.url, OWN);
    },
  });
  const resolvable: ResolvableMap = {
    imports: section(null),
    scopes: { get: (prefix) => (map.scopes.has(kept(prefix)) ? section(kept(prefix)) : undefined) },
  };
  try {
    const url = mappedUrl(specifier, resolvable, addressOf(importer, OWN));
    return url === undefined ? undefined : { url: kept(url), key };
  } catch (error) {
    if (error instanceof ImportMapError) return undefined;
    throw error;
  }
}

const kept = (url: string): string => (url.startsWith(`${OWN}/`) ? url.slice(OWN.length) : url);
