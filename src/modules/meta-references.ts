// What a script names by `import.meta`: `new URL('./w.js', import.meta.url)` and `import.meta.resolve('./x.js')`. The lexer says
// where import.meta stands; what is around it is read here, a few characters at a time.

/** A relative name, and the text that stands for it. */
export interface MetaReference {
  readonly specifier: string;
  /** What is written anew, in UTF-16 code units: the arguments of `new URL(…)`, or the one of `resolve(…)`. */
  readonly start: number;
  readonly end: number;
  /** `url`: what replaces it is a URL's text; `resolve`: it is a specifier. */
  readonly kind: 'url' | 'resolve';
  /** True where a worker begins with it. */
  readonly worker: boolean;
}

/** A use whose meaning the text doesn't say. */
export interface UnsureUse {
  readonly start: number;
  /** `import.meta.url`, say. */
  readonly unsure: string;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Longer names are no file's. */
const MOST = 2000;
const LITERAL = /^(['"`])([^'"`\\\n\r$]*)\1$/;
const RELATIVE = /^\.{1,2}\//;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** What takes a URL and begins with a realm of its own, without the page's map: workers, worklets, service workers. */
const STARTS_WORKER = /(?:Worker|\.addModule|\.register)\s*\(\s*$/;

/** Of one import.meta; undefined where nothing that is beside the file depends on it. */
export function metaReference(source: string, meta: Place): MetaReference | UnsureUse | undefined {
  const after = source.slice(meta.end, meta.end + MOST);
  const [, dotted, , quoted] = /^\s*(?:\??\.\s*([\w$]+)|(?:\?\.\s*)?\[\s*(['"`])(\w+)\2\s*\])/.exec(after) ?? [];
  const name = dotted ?? quoted;
  if (name !== undefined && name !== 'url' && name !== 'resolve') return undefined;
  const found = name === 'url' ? urlOf(source, meta, after) : resolveOf(source, meta, after);
  if (found === 'elsewhere') return undefined;
  return found ?? { start: meta.start, unsure: name === undefined ? 'import.meta' : `import.meta.${name}` };
}

/** `elsewhere`: it names something, but nothing beside the file. */
type Found = MetaReference | 'elsewhere' | undefined;

function resolveOf(source: string, meta: Place, after: string): Found {
  const [call, literal = ''] = /^\s*\.\s*resolve\s*\(\s*((['"`])[^'"`\\\n\r$]*\2)\s*\)/.exec(after) ?? [];
  const specifier = LITERAL.exec(literal)?.[2];
  if (call === undefined || specifier === undefined || specifier.startsWith('/')) return undefined;
  // The map decides it.
  if (!RELATIVE.test(specifier)) return 'elsewhere';
  const start = meta.end + call.indexOf(literal);
  return { specifier, start, end: start + literal.length, kind: 'resolve', worker: isInWorker(source, meta.start) };
}

const isInWorker = (source: string, place: number): boolean =>
  STARTS_WORKER.test(source.slice(Math.max(0, place - 40), place));

/** `new URL('./w.js', ` before it, and `)` behind. */
function urlOf(source: string, meta: Place, after: string): Found {
  const url = /^\s*\.\s*url\s*(?:,\s*)?(?=\))/.exec(after);
  const before = source.slice(Math.max(0, meta.start - MOST), meta.start).trimEnd();
  if (!url || !before.endsWith(',')) return undefined;
  const argument = before.slice(0, -1).trimEnd();
  const quote = argument.at(-1) ?? '';
  const open = argument.lastIndexOf(quote, argument.length - 2);
  if (!`'"\``.includes(quote) || open < 0) return undefined;
  const name = LITERAL.exec(argument.slice(open))?.[2];
  const call = callBefore(argument.slice(0, open));
  if (name === undefined || call === undefined) return undefined;
  if (ABSOLUTE.test(name)) return 'elsewhere';
  const specifier = besideIt(name);
  if (specifier === undefined) return undefined;
  const start = Math.max(0, meta.start - MOST) + open;
  const end = meta.end + url[0].trimEnd().length;
  return { specifier, start, end, kind: 'url', worker: STARTS_WORKER.test(call.slice(-40)) };
}

/** For a URL `w.js` is `./w.js`; undefined for what is no file's name. */
function besideIt(name: string): string | undefined {
  if (RELATIVE.test(name)) return name;
  return /^[\w@%~-]/.test(name) ? `./${name}` : undefined;
}

/** What stands before `new URL(`; undefined where that doesn't. */
function callBefore(text: string): string | undefined {
  const head = text.trimEnd();
  if (!head.endsWith('(')) return undefined;
  const name = head.slice(0, -1).trimEnd();
  if (!name.endsWith('URL')) return undefined;
  const word = name.slice(0, -3).trimEnd();
  return word.endsWith('new') && word.length < name.length - 3 ? word.slice(0, -3) : undefined;
}
