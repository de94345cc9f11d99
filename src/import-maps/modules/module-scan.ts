// What a script imports, found by es-module-lexer: at upload, so that warnings and reverts know it (import-maps.md, 2).
import { type Import, init, parse } from 'es-module-lexer';
import { DomainError } from '../../platform/errors.js';

/** A specifier that stands in a script as a literal. */
export interface FoundImport {
  readonly specifier: string;
  /** Where it stands, with its quotes, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** Throws `upload.syntax_error` naming the file and the position. */
export async function findImports(path: string, source: string): Promise<FoundImport[]> {
  await init();
  let imports: readonly Import[];
  try {
    [imports] = parse(source, '@');
  } catch (error) {
    throw syntaxError(path, error as Error);
  }
  return imports.flatMap((one) => {
    if (one.type === 'import-meta' || one.specifier === undefined) return [];
    if (one.type === 'dynamic') return one.glob ? [] : [{ specifier: one.specifier, start: one.start, end: one.end }];
    // Of a static import the lexer gives the text between the quotes; of a dynamic one the whole expression.
    return one.typeOnly ? [] : [{ specifier: one.specifier, start: one.start - 1, end: one.end + 1 }];
  });
}

function syntaxError(path: string, error: Error): DomainError {
  const [, line = '?', column = '?'] = /:(\d+):(\d+)$/.exec(error.message) ?? [];
  const message = `${path} is not JavaScript that a browser can load: syntax error at line ${line}, column ${column}. Correct it, or build it first.`;
  return new DomainError('unprocessable', 'upload.syntax_error', message, { part: path });
}

/** Each specifier once, sorted. */
export const specifiersOf = (imports: readonly FoundImport[]): string[] =>
  [...new Set(imports.map(({ specifier }) => specifier))].sort();

/** What an import map doesn't decide: it leads to a place beside the importer, or on its server. */
export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier);
