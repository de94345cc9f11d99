// Which imports lead nowhere under a map, by the standard's resolver (import-maps.md, section 1, `dangling`).
import { type Delta, entryKey } from './delta.js';
import { keyOf, type MapKey } from './map-key.js';
import { ImportMapError } from './parse.js';
import { mappedUrl, type ResolvableMap, someBeginning } from './resolve.js';
import { addressOf, type ImportMap } from './import-map.js';
import { isOwnPath, isRelative, OWN_PATH } from './url-like.js';

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

/** What this server keeps, and what is relative to a page, needs some origin to be resolved; which one changes nothing. */
const OWN = 'https://own.invalid';
const PAGE = 'https://page.invalid';

/** The modules that a delta brings and whose imports are known. */
export const importersIn = (delta: Delta): Importer[] =>
  delta.flatMap((operation) => {
    const { set } = operation;
    return set?.imports ? [{ key: entryKey(operation), url: set.url, imports: set.imports }] : [];
  });

/** Where what a module imports leads under a map. */
export type Leads = (specifier: string, importer: string) => Lead | undefined;

/** The imports that lead nowhere, in the order of the importers. Many are asked in parts, with the same `leads`. */
export function dangling(map: ImportMap, importers: readonly Importer[], leads: Leads = leadsUnder(map)): Dangling[] {
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
export function brokenSince(
  before: ImportMap,
  nowhere: readonly Dangling[],
  leads: Leads = leadsUnder(before),
): Broken[] {
  return nowhere.flatMap((found) => {
    const key = leads(found.specifier, found.importer.url)?.key;
    return key === undefined ? [] : [{ ...found, key }];
  });
}

/** The imports that led somewhere before a change and lead nowhere after it. `isThere`: of what is in folders. */
export function danglingSince(
  before: ImportMap,
  after: ImportMap,
  importers: readonly Importer[],
  isThere: (url: string) => boolean = () => true,
): Broken[] {
  const [led, leads] = [before, after].map((map) => leadsWhere(leadsUnder(map), isThere)) as [Leads, Leads];
  return brokenSince(before, dangling(after, importers, leads), led);
}

/** The same, of places that have something at them: a folder leads to what is in it. */
export const leadsWhere =
  (leads: Leads, isThere: (url: string) => boolean): Leads =>
  (specifier, importer) => {
    const lead = leads(specifier, importer);
    return lead && isThere(lead.url) ? lead : undefined;
  };

/** Where imports lead below a folder's key, each once: what has to be known of folders before leadsWhere is asked. */
export const placesInFolders = (leads: Leads, importers: readonly Importer[]): string[] => [
  ...new Set(
    importers.flatMap(({ imports, url }) =>
      imports.flatMap((specifier) => {
        const lead = leads(specifier, url);
        return lead?.key?.endsWith('/') ? [lead.url] : [];
      }),
    ),
  ),
];

/** leadTo, asked once for a URL that is imported often: where no scope is about the importer it doesn't matter by whom. */
export function leadsUnder(map: ImportMap): Leads {
  const known = new Map<string, Lead | undefined>();
  const scoped = new Map<string, boolean>();
  const isScoped = (importer: string): boolean => {
    const is = scoped.get(importer) ?? (map.scopes.size > 0 && someBeginning(importer, (one) => map.scopes.has(one)));
    scoped.set(importer, is);
    return is;
  };
  return (specifier, importer) => {
    if (isRelative(specifier) || isScoped(importer)) return leadTo(map, specifier, importer);
    if (!specifier.includes(':')) return bareLead(map, specifier, importer);
    const lead = known.get(specifier);
    if (lead !== undefined || known.has(specifier)) return lead;
    const found = leadTo(map, specifier, importer);
    known.set(specifier, found);
    return found;
  };
}

/** Without a colon it is no URL: a key of the map, or neither that nor below a key that ends with a slash. */
function bareLead(map: ImportMap, specifier: string, importer: string): Lead | undefined {
  const key = keyOf(specifier);
  const target = map.get(key);
  if (target) return { url: target.url, key };
  return someBeginning(specifier, (one) => map.get(keyOf(one)) !== undefined)
    ? leadTo(map, specifier, importer)
    : undefined;
}

export interface Lead {
  /** As the map has it for a key; as the standard writes it for a specifier that is a URL itself. */
  readonly url: string;
  /** The key that it goes by; undefined where the specifier is a URL that no key names. */
  readonly key: MapKey | undefined;
}

/** Where a module's import leads under a map; undefined for nowhere. Relative keys, which stand on a page, don't count. */
export function leadTo(map: ImportMap, specifier: string, importer: string): Lead | undefined {
  let key: MapKey | undefined;
  const section = (scope: string | null) => ({
    get(name: string) {
      const target = map.get(keyOf(name, scope));
      if (target) key = keyOf(name, scope);
      return target && absolute(target.url);
    },
  });
  const resolvable: ResolvableMap = {
    imports: section(null),
    scopes: { get: (prefix) => (map.scopes.has(kept(prefix)) ? section(kept(prefix)) : undefined) },
  };
  try {
    const url = mappedUrl(specifier, resolvable, absolute(importer));
    return url === undefined ? undefined : { url: kept(url), key };
  } catch (error) {
    if (error instanceof ImportMapError) return undefined;
    throw error;
  }
}

/** What is relative to a page is apart from what this server keeps, so that a page's scope `/` is not one of our modules'. */
const absolute = (url: string): string =>
  isRelative(url) && !isOwnPath(url) ? new URL(url, PAGE).href : addressOf(url, OWN);

function kept(url: string): string {
  if (url.startsWith(OWN + OWN_PATH)) return url.slice(OWN.length);
  return url.startsWith(`${PAGE}/`) ? url.slice(PAGE.length) : url;
}
