// What files are served as, and which may be uploaded on their own. Nothing is served as a document that a browser would
// render or run as a page (import-maps.md, section 2).

export interface ServedType {
  readonly type: string;
  /** Saved by a browser, never shown. */
  readonly attachment: boolean;
}

const SCRIPT = 'text/javascript; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';

/** What a page may import, and what goes with it. */
const MODULES: Readonly<Record<string, string>> = {
  js: SCRIPT,
  mjs: SCRIPT,
  json: JSON_TYPE,
  css: 'text/css; charset=utf-8',
  wasm: 'application/wasm',
  map: JSON_TYPE,
  txt: TEXT,
};

/** What a package brings along besides. */
const ASSETS: Readonly<Record<string, string>> = {
  cjs: SCRIPT,
  avif: 'image/avif',
  gif: 'image/gif',
  ico: 'image/x-icon',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  otf: 'font/otf',
  ttf: 'font/ttf',
  woff: 'font/woff',
  woff2: 'font/woff2',
};

/** Text that browsers would render; people may read it. */
const DOCUMENTS = new Set(['htm', 'html', 'md', 'shtml', 'svg', 'ts', 'xht', 'xhtml', 'xml', 'xsl', 'xslt']);

const TYPES = new Map(Object.entries({ ...MODULES, ...ASSETS }));

/** In lower case, without the dot; empty where there is none. */
function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase();
}

export function servedType(path: string): ServedType {
  const extension = extensionOf(path);
  const type = TYPES.get(extension);
  if (type) return { type, attachment: false };
  return { type: DOCUMENTS.has(extension) ? TEXT : 'application/octet-stream', attachment: true };
}

export const mayStandAlone = (path: string): boolean => Object.hasOwn(MODULES, extensionOf(path));

/** `.js, .mjs, …` for people. */
export const STAND_ALONE = Object.keys(MODULES)
  .map((extension) => `.${extension}`)
  .join(', ');

/** Source text with imports that can be found. */
export const isScript = (path: string): boolean => TYPES.get(extensionOf(path)) === SCRIPT;
