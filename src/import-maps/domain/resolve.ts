// The HTML standard's "resolve a module specifier", to the letter: where an import leads under a map.
// https://html.spec.whatwg.org/multipage/webappapis.html#resolve-a-module-specifier
//
// The standard walks sorted lists. Every key that can match is the text itself or one of its beginnings that end with a
// slash, so asking for these, longest first, finds the same entry, and as fast in ten thousand keys as in ten.
import { ImportMapError } from './parse.js';
import { isSpecial, parseUrl, parseUrlLike } from './url-like.js';

/** The specifiers of one section. null: dropped by the parser; undefined: no such key. */
export interface Specifiers {
  get(specifier: string): string | null | undefined;
}

/** A ParsedImportMap is one. */
export interface ResolvableMap {
  readonly imports: Specifiers;
  readonly scopes: { get(prefix: string): Specifiers | undefined };
}

/**
 * The URL that a specifier leads to.
 * @param importer the URL of the module that imports it, as the standard writes it
 * @throws ImportMapError where it leads nowhere
 */
export function resolveSpecifier(specifier: string, map: ResolvableMap, importer: string): string {
  const found = mappedUrl(specifier, map, importer);
  if (found !== undefined) return found;
  throw new ImportMapError('TypeError', 'specifier.unmapped', `The map has no entry for ${specifier}.`);
}

/** The same, undefined where the map has nothing for it: an error takes longer to make than the answer. */
export function mappedUrl(specifier: string, map: ResolvableMap, importer: string): string | undefined {
  const url = parseUrlLike(specifier, importer);
  const normal = url?.href ?? specifier;
  for (const prefix of beginnings(importer)) {
    const scope = map.scopes.get(prefix);
    const found = scope && resolveInSection(normal, url, scope);
    if (found !== undefined) return found;
  }
  return resolveInSection(normal, url, map.imports) ?? url?.href;
}

/** "Resolve an imports match"; undefined where no key matches. */
function resolveInSection(normal: string, url: URL | null, section: Specifiers): string | undefined {
  const prefixes = !url || isSpecial(url);
  for (const key of prefixes ? beginnings(normal) : [normal]) {
    const address = section.get(key);
    if (address === null) {
      throw new ImportMapError('TypeError', 'specifier.blocked', `The address of ${key} was ignored: it is not valid.`);
    }
    if (address !== undefined) return key === normal ? address : below(address, normal.slice(key.length));
  }
  return undefined;
}

function below(address: string, rest: string): string {
  const url = parseUrl(rest, address)?.href;
  if (url?.startsWith(address)) return url;
  throw new ImportMapError(
    'TypeError',
    'specifier.backtracks',
    `${rest} resolves outside ${address}, or is not valid in a URL.`,
  );
}

/** The text itself, then its beginnings that end with a slash, longest first. */
function* beginnings(text: string): Generator<string> {
  yield text;
  for (let end = text.length - 1; end > 0; end--) if (text[end - 1] === '/') yield text.slice(0, end);
}

/** True where `is` holds for the text, or for one of its beginnings that end with a slash. */
export function someBeginning(text: string, is: (beginning: string) => boolean): boolean {
  for (const one of beginnings(text)) if (is(one)) return true;
  return false;
}
