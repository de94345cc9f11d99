// How the standard reads a specifier or an address: as a URL where it looks like one, otherwise as a bare name.
// https://html.spec.whatwg.org/multipage/webappapis.html#resolving-a-url-like-module-specifier

/** The URL, or null for what is none. */
export function parseUrl(text: string, base?: string): URL | null {
  return URL.canParse(text, base) ? new URL(text, base) : null;
}

/** `/x`, `./x` and `../x` stand on the base; anything else is a URL by itself, or null: a bare name. */
export const parseUrlLike = (text: string, base: string): URL | null =>
  isRelative(text) ? parseUrl(text, base) : parseUrl(text);

export const isRelative = (text: string): boolean => /^(\/|\.\.?\/)/.test(text);

/** Where this server keeps modules: such a path of a map is on it, any other relative one on the page that uses the map. */
export const OWN_PATH = '/modules/';
export const isOwnPath = (url: string): boolean => url.startsWith(OWN_PATH);

const SPECIAL: ReadonlySet<string> = new Set(['ftp:', 'file:', 'http:', 'https:', 'ws:', 'wss:']);

/** Only of these are the paths that lie below a `…/` key known to be below it. */
export const isSpecial = (url: URL): boolean => SPECIAL.has(url.protocol);
