// What an upload wants to know of a script: what it imports and, of a watched source, its text with keys for relative imports.
// Pure, and the same in a thread (script-worker.ts) as in the process (script-reader.ts).
import { findImports, type FoundImport, specifiersOf } from './module-scan.js';
import type { ScriptImports } from '../domain/script-imports.js';
import { rewriteSource } from './source-rewrite.js';

export interface ScriptTask {
  readonly path: string;
  readonly text: string;
  /** How many imports it may have. */
  readonly most: number;
  /** Of a watched source: its project, and the map file that it names, where that came along. */
  readonly rewrite?: { readonly project: string; readonly map: string | undefined };
}

export interface ScriptRead {
  /** Each once, sorted. */
  readonly imports: readonly string[];
  /** Of these, the ones that it imports only when it gets to them. */
  readonly dynamic: readonly string[];
  /** Of a watched source that doesn't stay as it came. */
  readonly text?: string;
}

/** Throws `upload.syntax_error`, `upload.too_many_imports`. */
export async function readScript({ path, text, most, rewrite }: ScriptTask): Promise<ScriptRead> {
  const imports = await findImports(path, text, most);
  if (!rewrite)
    return foundOf(
      imports,
      imports.map(({ specifier }) => specifier),
    );
  const result = rewriteSource({ path, text, imports }, rewrite.project, () => rewrite.map);
  return { ...foundOf(imports, result.specifiers), ...(result.text === text ? {} : { text: result.text }) };
}

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
