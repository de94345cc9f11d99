// The keys of a map: a specifier of the section `imports`, or of one scope. `x` and `x/` are two keys.

/** One text for both parts, so that maps, sets and SQL arrays can hold it: `<scope> <specifier>`, `imports` without scope. */
export type MapKey = string;

export interface KeyParts {
  /** An absolute URL, or null for the section `imports`. */
  readonly scope: string | null;
  readonly specifier: string;
}

/** Scopes are URLs as the standard writes them, which have no space: the first one ends the scope. */
export const keyOf = (specifier: string, scope: string | null = null): MapKey => `${scope ?? ''} ${specifier}`;

export function partsOf(key: MapKey): KeyParts {
  const space = key.indexOf(' ');
  return { scope: space === 0 ? null : key.slice(0, space), specifier: key.slice(space + 1) };
}

/** A key as a client writes it: `cart`, or `https://app.example/admin/ cart` in a scope. */
export const wireKey = (key: MapKey): string => key.replace(/^ /, '');

/** The other way round; a key as we keep it is understood too. */
export const keyFromWire = (text: string): MapKey => (/^ |^(?:https?:\/)?\/[^ ]* /.test(text) ? text : keyOf(text));

/** For people: `cart`, or `cart (in https://app.example/admin/)`. */
export function keyText(key: MapKey): string {
  const { scope, specifier } = partsOf(key);
  return scope === null ? specifier : `${specifier} (in ${scope})`;
}

/** True where changing one may change what the other resolves: the same key, or one a `…/` prefix of the other. */
export function overlaps(one: MapKey, other: MapKey): boolean {
  return one === other || isPrefix(one, other) || isPrefix(other, one);
}

const isPrefix = (one: MapKey, other: MapKey): boolean => one.endsWith('/') && other.startsWith(one);
