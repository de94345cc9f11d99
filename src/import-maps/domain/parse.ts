// The HTML standard's "parse an import map string", to the letter; what browsers print to the console is data here.
// https://html.spec.whatwg.org/multipage/webappapis.html#parse-an-import-map-string
import { atOnce, forEach, type Sliced } from '../../platform/sliced.js';
import { parseUrl, parseUrlLike } from './url-like.js';

/** What a specifier leads to; null where the standard dropped the address, so that nothing else is tried. */
export type SpecifierMap = ReadonlyMap<string, string | null>;

/** URLs and URL-like names as the standard writes them, each map in the standard's order: longer prefixes first. */
export interface ParsedImportMap {
  readonly imports: SpecifierMap;
  readonly scopes: ReadonlyMap<string, SpecifierMap>;
  readonly integrity: ReadonlyMap<string, string>;
}

/** Something that the standard ignores. */
export interface ParseWarning {
  readonly code:
    | 'section.unknown'
    | 'specifier.empty'
    | 'address.not_string'
    | 'address.invalid'
    | 'address.slash'
    | 'scope.invalid'
    | 'integrity.invalid'
    | 'integrity.not_string';
  readonly message: string;
  /** As it stood in the text. */
  readonly key: string;
}

/** What the standard throws; `name` is the error that it says: SyntaxError for what is no JSON, otherwise TypeError. */
export class ImportMapError extends Error {
  constructor(
    override readonly name: 'TypeError' | 'SyntaxError',
    readonly code:
      | 'map.not_json'
      | 'map.not_object'
      | 'section.not_object'
      | 'scope.not_object'
      | 'specifier.blocked'
      | 'specifier.backtracks'
      | 'specifier.unmapped',
    message: string,
  ) {
    super(message);
  }
}

type Warn = (code: ParseWarning['code'], key: string, message: string) => void;

/**
 * @param base the URL that relative addresses, scopes and keys stand on
 * @throws ImportMapError for what makes a browser ignore the whole map
 */
export const parseImportMap = (text: string, base: string): { map: ParsedImportMap; warnings: ParseWarning[] } =>
  atOnce(readImportMap(jsonOf(text), base));

/** The same of what is JSON already, in slices. */
export function* readImportMap(
  value: unknown,
  base: string,
): Sliced<{ map: ParsedImportMap; warnings: ParseWarning[] }> {
  const warnings: ParseWarning[] = [];
  const warn: Warn = (code, key, message) => warnings.push({ code, key, message });
  const sections = objectEntries(value);
  if (!sections) throw new ImportMapError('TypeError', 'map.not_object', 'An import map must be a JSON object.');
  const given = new Map(sections);
  const imports = section(given, 'imports');
  const scopes = section(given, 'scopes');
  const integrity = section(given, 'integrity');
  const map = {
    imports: yield* specifierMap(imports, base, warn),
    scopes: yield* scopeMap(scopes, base, warn),
    integrity: yield* integrityMap(integrity, base, warn),
  };
  for (const name of given.keys()) {
    if (!SECTIONS.has(name)) warn('section.unknown', name, 'Known: imports, scopes, integrity.');
  }
  return { map, warnings };
}

type Entries = readonly (readonly [string, unknown])[];

/** So many scopes are read before others have a turn. */
const MOST_SCOPES = 64;

const SECTIONS: ReadonlySet<string> = new Set(['imports', 'scopes', 'integrity']);

/** @throws ImportMapError where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ImportMapError('SyntaxError', 'map.not_json', `This is not JSON: ${(error as Error).message}`);
  }
}

/** JSON.parse makes `__proto__` an ordinary property, and only own ones are listed. */
function objectEntries(value: unknown): Entries | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : undefined;
}

function section(given: ReadonlyMap<string, unknown>, name: string): Entries {
  if (!given.has(name)) return [];
  const entries = objectEntries(given.get(name));
  if (!entries) throw new ImportMapError('TypeError', 'section.not_object', `${name} must be an object.`);
  return entries;
}

function* specifierMap(entries: Entries, base: string, warn: Warn): Sliced<SpecifierMap> {
  const map = new Map<string, string | null>();
  yield* forEach(entries, ([key, value]) => {
    if (key === '') warn('specifier.empty', key, 'An empty specifier is ignored.');
    else map.set(normalSpecifier(key, base), address(key, value, base, warn));
  });
  return longestFirst(map);
}

/** A key as the map has it: the whole URL where it looks like one. */
const normalSpecifier = (key: string, base: string): string => parseUrlLike(key, base)?.href ?? key;

function address(key: string, value: unknown, base: string, warn: Warn): string | null {
  const ignored = (code: ParseWarning['code'], message: string): null => {
    warn(code, key, message);
    return null;
  };
  if (typeof value !== 'string') return ignored('address.not_string', 'An address must be a string.');
  const url = parseUrlLike(value, base)?.href;
  if (url === undefined) return ignored('address.invalid', 'An address must be a URL, or begin with /, ./ or ../.');
  if (key.endsWith('/') && !url.endsWith('/')) {
    return ignored('address.slash', 'The address of a specifier that ends with a slash must end with one too.');
  }
  return url;
}

function* scopeMap(entries: Entries, base: string, warn: Warn): Sliced<ParsedImportMap['scopes']> {
  const map = new Map<string, SpecifierMap>();
  for (const [place, [prefix, value]] of entries.entries()) {
    if (place % MOST_SCOPES === MOST_SCOPES - 1) yield;
    const inner = objectEntries(value);
    if (!inner) throw new ImportMapError('TypeError', 'scope.not_object', `The scope ${prefix} must be an object.`);
    const url = parseUrl(prefix, base);
    if (url) map.set(url.href, yield* specifierMap(inner, base, warn));
    else warn('scope.invalid', prefix, 'A scope must be a URL.');
  }
  return longestFirst(map);
}

function* integrityMap(entries: Entries, base: string, warn: Warn): Sliced<ParsedImportMap['integrity']> {
  const map = new Map<string, string>();
  yield* forEach(entries, ([key, value]) => {
    const url = parseUrlLike(key, base);
    if (!url) warn('integrity.invalid', key, 'The key of an integrity must be a URL, or begin with /, ./ or ../.');
    else if (typeof value !== 'string') warn('integrity.not_string', key, 'Integrity must be a string.');
    else map.set(url.href, value);
  });
  return map;
}

/** The standard's order, by code units downwards. */
const longestFirst = <Value>(map: ReadonlyMap<string, Value>): Map<string, Value> =>
  new Map([...map].sort(([one], [other]) => (one < other ? 1 : -1)));
