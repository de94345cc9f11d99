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

/** Longer names are no file's. */
const MOST = 2000;
const LITERAL = /^(['"`])(\.{1,2}\/[^'"`\\\n\r$]*)\1$/;

/** Of one import.meta; undefined where it is used otherwise, or the name is no literal. */
export function metaReference(
  source: string,
  meta: { readonly start: number; readonly end: number },
): MetaReference | undefined {
  const after = source.slice(meta.end, meta.end + MOST);
  const url = /^\s*\.\s*url\s*(?:,\s*)?(?=\))/.exec(after);
  if (url) return urlBefore(source, meta.start, meta.end + url[0].trimEnd().length);
  const [call, quoted = ''] = /^\s*\.\s*resolve\s*\(\s*((['"`])[^'"`\\\n\r$]*\2)\s*\)/.exec(after) ?? [];
  const specifier = LITERAL.exec(quoted)?.[2];
  if (call === undefined || specifier === undefined) return undefined;
  const start = meta.end + call.indexOf(quoted);
  return { specifier, start, end: start + quoted.length, kind: 'resolve', worker: false };
}

/** `new URL('./w.js', ` before a place. */
function urlBefore(source: string, place: number, end: number): MetaReference | undefined {
  const before = source.slice(Math.max(0, place - MOST), place).trimEnd();
  if (!before.endsWith(',')) return undefined;
  const argument = before.slice(0, -1).trimEnd();
  const quote = argument.at(-1) ?? '';
  const open = argument.lastIndexOf(quote, argument.length - 2);
  if (!`'"\``.includes(quote) || open < 0) return undefined;
  const specifier = LITERAL.exec(argument.slice(open))?.[2];
  const call = callBefore(argument.slice(0, open));
  if (specifier === undefined || call === undefined) return undefined;
  const start = Math.max(0, place - MOST) + open;
  return { specifier, start, end, kind: 'url', worker: /Worker\s*\(\s*$/.test(call.slice(-40)) };
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
