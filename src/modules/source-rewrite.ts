// Watched sources: relative imports become keys of their own, since import maps don't chain and a relative import inside a
// file that is addressed by its hash could not be mapped otherwise (import-maps.md, section 2). Names that only a package knows
// become what they stand for. Source maps stay right.
import remapping, { type SourceMapInput } from '@jridgewell/remapping';
import MagicString from 'magic-string';
import { resolveWithin } from '../files/file-names.js';
import type { FoundImport } from './module-scan.js';

/** The specifier of a file of a project's sources: `@shop/src/cart.js`. */
export const sourceSpecifier = (project: string, path: string): string => `@${project}/${path}`;

/** What a relative import of a watched source becomes; undefined for what isn't one, or leads out of the folder. */
export function sourceNameOf(path: string, specifier: string, project: string): string | undefined {
  const target = resolveWithin(path, specifier);
  return target === undefined ? undefined : sourceSpecifier(project, target);
}

export interface Rewritten {
  readonly text: string;
  /** What it imports now. */
  readonly specifiers: readonly string[];
}

/**
 * A script with its imports renamed; those of which `nameOf` knows nothing stay. Its map, where it refers to one, is composed
 * with the rewriting, else one to the file as it came is made; either stands inline. `readMap` gives the JSON text of a map
 * file that came along.
 */
export function rewriteSource(
  file: { readonly path: string; readonly text: string; readonly imports: readonly FoundImport[] },
  nameOf: (specifier: string) => string | undefined,
  readMap: (path: string) => string | undefined,
): Rewritten {
  const magic = new MagicString(file.text);
  const specifiers = file.imports.map(({ specifier, start, end, kind }) => {
    const rewritten = nameOf(specifier);
    if (rewritten === undefined) return specifier;
    const text = JSON.stringify(rewritten);
    // What a URL is made of is an address: resolve is what asks the map for one.
    magic.overwrite(start, end, kind === 'url' ? `import.meta.resolve(${text})` : text);
    return rewritten;
  });
  const mapped = sourceMapOf(file.path, file.text, readMap);
  if (!magic.hasChanged() && !mapped.map) return { text: file.text, specifiers };
  if (mapped.comment) magic.remove(mapped.comment.start, mapped.comment.end);
  const map = composed(file.path, magic, mapped.map);
  const inline = Buffer.from(map).toString('base64');
  const text = `${magic.toString().trimEnd()}\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,${inline}\n`;
  return { text, specifiers };
}

function composed(path: string, magic: MagicString, known: object | undefined): string {
  const own = magic.generateMap({ source: path, includeContent: true, hires: 'boundary' });
  if (!known) return own.toString();
  try {
    const load = (source: string): SourceMapInput | null => (source === path ? (known as SourceMapInput) : null);
    return remapping(own.toString(), load).toString();
  } catch {
    // A map that is none leads nowhere; the file as it came is what can be shown.
    return own.toString();
  }
}

interface Mapped {
  readonly comment?: { readonly start: number; readonly end: number };
  readonly map?: object;
}

/** The last comment of the file that names a map, with nothing but comments after it. */
function sourceMapOf(path: string, text: string, readMap: (path: string) => string | undefined): Mapped {
  const comment = mapComment(text);
  if (!comment) return {};
  const { url } = comment;
  const json = url.startsWith('data:') ? inlineJson(url) : readMap(resolveWithin(path, `./${url}`) ?? '');
  return { comment, map: parsedMap(json) };
}

/** The path of the map file that a script names; undefined where it names none, or has its map within. */
export function mapPathOf(path: string, text: string): string | undefined {
  const url = mapComment(text)?.url;
  return url === undefined || url.startsWith('data:') ? undefined : resolveWithin(path, `./${url}`);
}

/** Nobody writes more comments below the one that names the map. */
const MOST_LINES_AFTER = 1000;

function mapComment(text: string): { readonly url: string; readonly start: number; readonly end: number } | undefined {
  let seen = 0;
  for (const { start, line } of linesFromEnd(text)) {
    const [, url] = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=(\S+)[ \t]*$/.exec(line) ?? [];
    if (url !== undefined) return { url, start, end: start + line.length };
    if ((seen += 1) > MOST_LINES_AFTER || !/^\s*(\/\/|$)/.test(line)) return undefined;
  }
  return undefined;
}

/** The last line first, without what ends it; each is cut out once, so a reader that stops early costs only what it read. */
function* linesFromEnd(text: string): Generator<{ readonly start: number; readonly line: string }> {
  let end = text.length;
  for (let start = end; start >= 0; start--) {
    if (start > 0 && !LINE_ENDS.has(text.charCodeAt(start - 1))) continue;
    yield { start, line: text.slice(start, end) };
    end = start - 1;
  }
}

/** Where JavaScript ends a line: LF, CR, and the separators of lines and paragraphs. */
const LINE_ENDS: ReadonlySet<number> = new Set([0x0a, 0x0d, 0x2028, 0x2029]);

function inlineJson(url: string): string | undefined {
  const [, base64, data] = /^data:application\/json(?:;charset=[\w-]+)?(;base64)?,(.*)$/i.exec(url) ?? [];
  if (data === undefined) return undefined;
  if (base64) return Buffer.from(data, 'base64').toString();
  try {
    return decodeURIComponent(data);
  } catch {
    return undefined;
  }
}

function parsedMap(json: string | undefined): object | undefined {
  if (json === undefined) return undefined;
  try {
    const map: unknown = JSON.parse(json);
    return typeof map === 'object' && map !== null && 'mappings' in map ? map : undefined;
  } catch {
    return undefined;
  }
}
