// What an upload wants to know of a script: what it imports and, of a watched source, its text with keys for relative imports.
// Pure, and the same in a thread (script-worker.ts) as in the process (script-reader.ts).
import {
  checkLengths,
  findImports,
  findReferences,
  lengthOf,
  type FoundImport,
  specifiersOf,
  tooManyImports,
  type UnsureImport,
} from './module-scan.js';
import type { ScriptImports } from '../files/script-imports.js';
import { rewriteSource, sourceNameOf } from './source-rewrite.js';

export interface ScriptTask {
  readonly path: string;
  readonly text: string;
  /** How many imports it may have. */
  readonly most: number;
  /** What becomes of some of its imports, and the map file that it names, where that came along. */
  readonly rewrite?: { readonly to: NewNames; readonly map: string | undefined };
}

/** A watched source's relative names become keys of its project; in a file of a package some names become others. */
export type NewNames = { readonly project: string } | { readonly names: ReadonlyMap<string, string> };

export interface ScriptRead {
  /** Each once, sorted. */
  readonly imports: readonly string[];
  /** Of these, the ones that it imports only when it gets to them. */
  readonly dynamic: readonly string[];
  /** Of one that is rewritten, and doesn't stay as it came. */
  readonly text?: string;
  /** What could not be rewritten for sure: a sentence each, with its place. */
  readonly unsure?: readonly string[];
}

/** Throws `upload.syntax_error`, `upload.too_many_imports`. */
export async function readScript({ path, text, most, rewrite }: ScriptTask): Promise<ScriptRead> {
  const imports = await findImports(path, text, most);
  if (!rewrite)
    return foundOf(
      imports,
      imports.map(({ specifier }) => specifier),
    );
  const { to, map } = rewrite;
  const isSource = 'project' in to;
  const { found, unsure } =
    isSource && /\bimport\s*[.(/]/.test(text) ? findReferences(text) : { found: [], unsure: [] };
  const all = [...imports, ...found];
  if (all.length > most) throw tooManyImports(path, all.length, most);
  const nameOf = (specifier: string): string | undefined =>
    isSource ? sourceNameOf(path, specifier, to.project) : to.names.get(specifier);
  checkLengths(path, lengthOf(all.map(({ specifier }) => nameOf(specifier) ?? specifier)), most);
  const result = rewriteSource({ path, text, imports: all }, nameOf, () => map);
  return {
    ...foundOf(all, result.specifiers),
    ...(result.text === text ? {} : { text: result.text }),
    ...(unsure.length > 0 ? { unsure: unsure.slice(0, MOST_UNSURE).map((one) => unsureText(path, text, one)) } : {}),
  };
}

/** Of one script that are told. */
const MOST_UNSURE = 20;

/** With its line and column, which count from 1. */
function unsureText(path: string, source: string, { start, what, text }: UnsureImport): string {
  const lines = source.slice(0, start).split('\n');
  const place = `${path}:${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
  return `${place} ${UNSURE[what](text)}`;
}

const UNSURE: Readonly<Record<UnsureImport['what'], (text: string) => string>> = {
  worker: (text) => `starts a worker with ${text}. Workers have no import map: bundle its imports.`,
  expression: (text) =>
    `imports an expression, ${text}, which can't be rewritten: a relative name in it would not resolve. Import literals.`,
  meta: (text) =>
    `uses ${text} in a way that can't be rewritten: a name relative to it does not resolve, since no other file is served beside a module. Name files as in new URL('./file.js', import.meta.url).`,
  file: (text) =>
    `names ${text}, which is not a module: it is not uploaded, so its address does not resolve. Use the URL at which your site serves it.`,
};

/** As it is kept beside the script. */
export const importsOf = ({ imports, dynamic }: ScriptRead): ScriptImports => {
  const later = new Set(dynamic);
  return { static: imports.filter((one) => !later.has(one)), dynamic };
};

/** `specifiers` as they are now, in the order of `imports`. */
function foundOf(imports: readonly FoundImport[], specifiers: readonly string[]): ScriptRead {
  const statics = new Set(specifiers.filter((_one, index) => !imports[index]?.dynamic));
  const all = specifiersOf(specifiers);
  return { imports: all, dynamic: all.filter((one) => !statics.has(one)) };
}
