// Which names and addresses may come into a map (import-maps.md, sections 1 and 2; promises.md, "Bad input"). What the
// standard says of them is in parse.ts; here is what we ask for beside it.
import { isKeepable } from '../../platform/keepable.js';
import { quoted as shown } from '../../platform/redact.js';
import { isLoopbackHost } from '../../platform/modules-url.js';
import { isRelative, OWN_PATH as OWN, parseUrl, parseUrlLike } from './url-like.js';

/**
 * Why something is refused. `name`: it can't be kept. `scheme`: not an address that a page may load modules from.
 * `invalid`: the standard ignores it. `unsafe`: outside the project's list. Over HTTP 400, 400, 422 and 403.
 */
export interface Fault {
  readonly kind: 'name' | 'scheme' | 'invalid' | 'unsafe';
  /** What is wrong and what to do. */
  readonly message: string;
}

/** By which addresses this server's own modules are known. */
export interface OwnAddresses {
  /** Of this server as the client calls it, `https://stamp.example`. */
  readonly origin: string;
  /** All that their URLs begin with, or began with, before `/modules/…`: `modules_url`, as modulesBase makes it. */
  readonly bases?: readonly string[];
}

export interface AddressRules extends OwnAddresses {
  /** The project's `url_safe_list`: prefixes of URLs; empty allows any. */
  readonly safeList: readonly string[];
  /** The project's `relative_addresses`: `/x`, `./x` and `../x` are taken too, and are on the page that uses the map. */
  readonly relative?: boolean;
}

/** An entry as it comes in. */
export interface Entry {
  readonly scope: string | null;
  readonly specifier: string;
  readonly url: string;
  readonly integrity?: string;
}

/** Bytes. Keys are indexed, and an index holds no row beyond 2704: `<scope> <specifier>` has to fit. */
const MOST_NAME_BYTES = 1000;
const MOST_URL_CHARACTERS = 2048;

export const isFault = (value: object): value is Fault => 'kind' in value && 'message' in value;

/** Any text is a specifier that isn't empty and that Postgres can keep; dangerous names are ordinary here. */
export function checkSpecifier(specifier: string): Fault | undefined {
  if (specifier === '') return fault('invalid', 'A specifier is empty: the standard ignores it. Give it a name.');
  return unkeepable('specifier', specifier, MOST_NAME_BYTES);
}

/**
 * The scope as the standard writes it; `/modules/…` where it is below this server's own modules, any other path where it is
 * on the page that uses the map.
 */
export function checkScope(scope: string, own: OwnAddresses = { origin: '' }): { readonly scope: string } | Fault {
  const unkept = unkeepable('scope', scope, MOST_NAME_BYTES);
  if (unkept) return unkept;
  const url = parseUrl(scope);
  const ours = ownPath(scope, url, own);
  if (ours !== undefined) return { scope: ours };
  const onPage = scope.startsWith('/') ? pathOnPage(scope) : undefined;
  if (onPage !== undefined) return unkeepable('scope', onPage, MOST_NAME_BYTES) ?? { scope: onPage };
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    const kind = parseUrl(scope, 'https://any.invalid') ? 'scheme' : 'invalid';
    return fault(
      kind,
      `The scope ${quoted(scope)} is not an absolute http or https URL. Write it with its origin, or as a path such as /app/ on the page that uses the map.`,
    );
  }
  return unkeepable('scope', url.href, MOST_NAME_BYTES) ?? { scope: url.href };
}

/** The address as it is kept: an absolute URL, `/modules/…` for what this server keeps, or what is relative to a page. */
export function checkAddress(address: string, rules: AddressRules): { readonly url: string } | Fault {
  const unkept = unkeepable('address', address, MOST_URL_CHARACTERS);
  if (unkept) return unkept;
  const url = parseUrl(address);
  const own = ownPath(address, url, rules);
  if (own !== undefined) return { url: own };
  if (!url) {
    const onPage = rules.relative ? pathOnPage(address) : undefined;
    return onPage === undefined ? notAbsolute(address) : { url: onPage };
  }
  const wrong = schemeFault(address, url);
  if (wrong) return wrong;
  if (isSafe(url, rules.safeList)) return { url: url.href };
  return fault(
    'unsafe',
    `The address ${quoted(address)} is outside the project's url_safe_list (${rules.safeList.slice(0, 5).join(', ')}). Use one of these, or add the prefix to that list.`,
  );
}

/** Everything of one entry; the answer is the entry as it is kept. */
export function checkEntry(entry: Entry, rules: AddressRules): Entry | Fault {
  const scope = entry.scope === null ? { scope: null } : checkScope(entry.scope, rules);
  if (isFault(scope)) return scope;
  const unnamed = checkSpecifier(entry.specifier);
  if (unnamed) return unnamed;
  const address = checkAddress(entry.url, rules);
  if (isFault(address)) return address;
  const specifier = keptSpecifier(entry.specifier);
  const wrong =
    checkSlashes(specifier, address.url) ??
    (entry.integrity === undefined ? undefined : checkIntegrity(entry.integrity));
  return wrong ?? { ...entry, ...scope, specifier, ...address };
}

/** A URL as the standard writes it, so that it is one key; one that stands on the page's own URL stays as it is. */
const keptSpecifier = (specifier: string): string =>
  isRelative(specifier) ? specifier : (parseUrl(specifier)?.href ?? specifier);

/** A specifier that ends with a slash stands for everything below it, so its address has to end with one too. */
export function checkSlashes(specifier: string, address: string): Fault | undefined {
  if (!specifier.endsWith('/') || parseUrl(address, 'https://any.invalid')?.href.endsWith('/')) return undefined;
  return fault(
    'invalid',
    `The specifier ${quoted(specifier)} ends with a slash, its address ${quoted(address)} doesn't: the standard ignores it. End both with a slash, or neither.`,
  );
}

/** `sha384-…`, or several with spaces between them. A browser takes anything else for no integrity at all. */
export function checkIntegrity(integrity: string): Fault | undefined {
  if (integrity.length <= MOST_URL_CHARACTERS && integrity.split(' ').every((one) => DIGEST.test(one)))
    return undefined;
  return fault(
    'invalid',
    `The integrity ${quoted(integrity)} is not valid. It must be sha256-, sha384- or sha512- and the digest in base64: 44, 64 or 88 characters.`,
  );
}

/** 32, 48 and 64 bytes; browsers take both alphabets of base64. */
const DIGEST = /^sha(?:256-[\w+/-]{43}=|384-[\w+/-]{64}|512-[\w+/-]{86}==)$/;

function schemeFault(address: string, url: URL): Fault | undefined {
  if (url.username || url.password)
    return fault(
      'scheme',
      `The address ${quoted(url.host)} has a user name or password: browsers refuse it. Leave them out.`,
    );
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return undefined;
  return fault(
    'scheme',
    `The address ${quoted(address)} is refused. Use an https: URL, an http: URL on this machine, or ${OWN}…`,
  );
}

function notAbsolute(address: string): Fault {
  const message = `The address ${quoted(address)} is not an absolute URL. Write it with https:, or as ${OWN}… for a module that was uploaded here. Addresses relative to the page need the project setting relative_addresses.`;
  return fault(parseUrlLike(address, 'https://any.invalid') ? 'scheme' : 'invalid', message);
}

/** `/modules/…` for what lies there on this server, dots resolved; undefined for anything else. `url` is `text` parsed. */
function ownPath(text: string, url: URL | null, { origin, bases = [] }: OwnAddresses): string | undefined {
  const server = parseUrl(url ? origin : 'https://own.invalid');
  const resolved = url ?? (server && text.startsWith('/') ? parseUrl(text, server.href) : null);
  if (resolved && resolved.origin === server?.origin && resolved.pathname.startsWith(OWN))
    return resolved.pathname + resolved.search + resolved.hash;
  return url ? pathBelow(bases, url.href) : undefined;
}

/** Where a CDN passes `/modules/…` on to us it may have other files of its own there: ours are below hashes. */
function pathBelow(bases: readonly string[], href: string): string | undefined {
  const base = bases.find((one) => href.startsWith(one + OWN));
  const path = base === undefined ? '' : href.slice(base.length);
  return path === OWN || /^\/modules\/[\da-f]{64}\//.test(path) ? path : undefined;
}

const PAGE = 'https://page.invalid';

/** `/x` with dots resolved, `./x` and `../x` as they are; undefined for what isn't relative, or leads to another host. */
function pathOnPage(text: string): string | undefined {
  const url = isRelative(text) ? parseUrl(text, `${PAGE}/`) : null;
  if (url?.origin !== PAGE || url.pathname.startsWith(OWN)) return undefined;
  return text.startsWith('/') ? url.pathname + url.search + url.hash : text;
}

/** A prefix ends where a part of the path does, so that `https://cdn.example` doesn't allow `https://cdn.example.evil`. */
function isSafe({ href }: URL, safeList: readonly string[]): boolean {
  if (safeList.length === 0) return true;
  return prefixesOf(safeList).some((prefix) => {
    if (!href.startsWith(prefix)) return false;
    return prefix.endsWith('/') || ['', '/', '?', '#'].includes(href.charAt(prefix.length));
  });
}

/** Parsed once for all entries of a request: there may be a hundred, and tens of thousands of addresses. */
const prefixes = new WeakMap<readonly string[], readonly string[]>();

function prefixesOf(safeList: readonly string[]): readonly string[] {
  const known = prefixes.get(safeList) ?? safeList.flatMap((entry) => parseUrl(entry)?.href ?? []);
  prefixes.set(safeList, known);
  return known;
}

function unkeepable(what: string, text: string, most: number): Fault | undefined {
  if (!isKeepable(text))
    return fault('name', `The ${what} ${quoted(text)} has a NUL character or half a surrogate pair. Remove it.`);
  if (bytesOf(text) <= most) return undefined;
  return fault('name', `The ${what} ${quoted(text)} is too long: ${most} bytes at most.`);
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Short, and safe to print. */
function quoted(text: string): string {
  const short = text.length > 100 ? `${shown(text, 99)}…` : text;
  return JSON.stringify(short.toWellFormed());
}

const fault = (kind: Fault['kind'], message: string): Fault => ({ kind, message });
