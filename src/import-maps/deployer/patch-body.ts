// The two bodies that are patched in, as what they make of a map (import-maps.md, section 5). Everything wrong with them is 400.
import { invalid } from '../../platform/errors.js';
import { asObject, type JsonObject } from '../../rest/writing/body.js';
import { inSlices } from '../../platform/in-slices.js';
import { type Acceptance, acceptGiven, type AcceptedMap } from '../domain/accepted-map.js';
import type { AddressRules } from '../domain/admission.js';
import { isOwnPath, isRelative } from '../domain/url-like.js';
import { quoted } from '../../platform/redact.js';

/** What was let in; what wasn't, only where that was asked for. */
type Accepted = Exclude<Acceptance, { readonly faults: unknown }>;

const FARTHEST_LEVEL = 50;
const MOST_FAULTS = 20;
/** Of imports, scopes and integrity together: what one transaction writes in a second or two. */
const MOST_ENTRIES = 50_000;

/** `PATCH /import-map.json`: imports, scopes and integrity; other members mean nothing. */
export function readMapPatch(body: unknown, rules: AddressRules, lenient: boolean): Promise<Accepted> {
  const given = asObject(body);
  requireFew(given);
  const scopes = (given.scopes ?? {}) as Record<string, unknown>;
  for (const [scope, section] of Object.entries(scopes)) {
    if (typeof section === 'object' && section !== null && Object.keys(section).length > 0) continue;
    throw invalid(
      'scope.empty',
      `The scope '${quoted(scope, 200)}' must be an object with specifiers. Correct it, or leave it out.`,
    );
  }
  for (const specifier of Object.keys(given.imports ?? {})) requireName(specifier);
  const { imports, integrity } = given;
  const sections = Object.entries({ imports, scopes: given.scopes, integrity }).filter(([, one]) => one !== undefined);
  return accepted(Object.fromEntries(sections), rules, lenient);
}

/** Throws invalid `map.too_large`, before anything else is looked at. */
function requireFew({ imports, scopes, integrity }: JsonObject): void {
  const sections = [imports, integrity, ...Object.values((scopes ?? {}) as JsonObject)];
  const entries = sections.reduce<number>((sum, section) => sum + Object.keys(section ?? {}).length, 0);
  if (entries <= MOST_ENTRIES) return;
  throw invalid(
    'map.too_large',
    `The map has ${entries} entries; ${MOST_ENTRIES} are allowed at once. Send it in parts.`,
  );
}

/** A service, and the package folder that its URL is in: `name` and `name/`. */
export interface Service {
  readonly name: string;
  readonly patch: AcceptedMap;
}

/** `PATCH /services`: {service, url, integrity?}. `level`: how many parts of the path are dropped for the folder. */
export async function readService(body: unknown, level: number, rules: AddressRules): Promise<Service> {
  const { service, url, integrity } = asObject(body);
  if (typeof service !== 'string') throw invalid('service.missing', 'service is missing: the name of the module.');
  requireName(service);
  if (typeof url !== 'string') throw invalid('url.missing', 'url is missing: where the module is.');
  if (integrity !== undefined && integrity !== null && typeof integrity !== 'string')
    throw invalid('integrity.not_text', 'integrity must be a string.');
  if (integrity === '')
    throw invalid('integrity.empty', 'integrity is empty. Leave it out, or give the digest: sha384-….');
  const folder = service.endsWith('/') ? undefined : folderOf(url, level, rules.origin);
  const imports = [[service, url], ...(folder === undefined ? [] : [[`${service}/`, folder]])];
  const text = {
    imports: Object.fromEntries(imports) as object,
    ...(integrity ? { integrity: { [url]: integrity } } : {}),
  };
  return { name: service, patch: (await accepted(text, rules, false)).map };
}

/** The folder that a URL with two slashes or more is in; `level` 1 is its own, 2 the one above. */
function folderOf(url: string, level: number, origin: string): string | undefined {
  if (isRelative(url) && !isOwnPath(url)) return folderOnPage(url, level);
  if ((url.match(/\//g) ?? []).length < 2 || !URL.canParse(url, origin)) return undefined;
  const { href } = new URL(level === 1 ? './' : '../'.repeat(level - 1), new URL(url, origin));
  return href;
}

/** Of what is relative to a page; undefined where the URL hasn't so many parts. */
function folderOnPage(url: string, level: number): string | undefined {
  const parts = url
    .replace(/[?#].*$/s, '')
    .split('/')
    .slice(0, -level);
  return parts.length > 1 ? `${parts.join('/')}/` : undefined;
}

/** `?packageDirLevel=`; 1 where it isn't said. */
export function readLevel(text: string | undefined): number {
  const level = text ? Math.floor(Number(text)) : 1;
  if (level >= 1 && level <= FARTHEST_LEVEL) return level;
  throw invalid('level.invalid', `packageDirLevel must be a number from 1 to ${FARTHEST_LEVEL}.`);
}

function requireName(name: string): void {
  if (name.trim() === '') throw invalid('service.unnamed', `'${quoted(name, 20)}' is not a valid name for a module.`);
}

async function accepted(given: object, rules: AddressRules, lenient: boolean): Promise<Accepted> {
  const acceptance = await inSlices(acceptGiven(given, rules, lenient));
  if ('map' in acceptance) return acceptance;
  const lines = acceptance.faults
    .slice(0, MOST_FAULTS)
    .map(({ key, message }) => (key ? `${quoted(key, 200)}: ${message}` : message));
  throw invalid(acceptance.faults[0]?.code ?? 'map.not_object', lines.join('\n'));
}
