// What a script imports, found by es-module-lexer: at upload, so that warnings and reverts know it (import-maps.md, 2).
import { type Import, init, parse } from 'es-module-lexer';
import { DomainError } from '../../platform/errors.js';

/** A specifier that stands in a script as a literal. */
export interface FoundImport {
  readonly specifier: string;
  /** By `import(…)`, when it is run. */
  readonly dynamic: boolean;
  /** Where it stands, with its quotes, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/**
 * What is longer is no specifier that a map could have (1000 bytes), nor below one of its folders: a `data:` URL, say. It isn't
 * told, and GIN could not index it.
 */
const MOST_SPECIFIER_BYTES = 2000;
/** What one takes at the mean, of a module with as many as it may have. */
const SPECIFIER_BYTES = 100;

/** Throws `upload.syntax_error` naming the file and the position, `upload.too_many_imports` above `most`. */
export async function findImports(path: string, source: string, most: number): Promise<FoundImport[]> {
  await init();
  let imports: readonly Import[];
  try {
    [imports] = parse(source, '@');
  } catch (error) {
    throw syntaxError(path, error as Error);
  }
  if (imports.length > most) throw tooManyImports(path, imports.length, most);
  const found = literalsOf(imports);
  const bytes = found.reduce((sum, { specifier }) => sum + specifier.length, 0);
  if (bytes > most * SPECIFIER_BYTES)
    throw tooManyImports(path, imports.length, Math.floor((imports.length * most * SPECIFIER_BYTES) / bytes));
  return found;
}

function literalsOf(imports: readonly Import[]): FoundImport[] {
  return imports.flatMap((one): FoundImport[] => {
    if (one.type === 'import-meta' || one.specifier === undefined) return [];
    if (Buffer.byteLength(one.specifier) > MOST_SPECIFIER_BYTES) return [];
    if (one.type === 'dynamic')
      return one.glob ? [] : [{ specifier: one.specifier, dynamic: true, start: one.start, end: one.end }];
    // Of a static import the lexer gives the text between the quotes; of a dynamic one the whole expression.
    return one.typeOnly ? [] : [{ specifier: one.specifier, dynamic: false, start: one.start - 1, end: one.end + 1 }];
  });
}

function syntaxError(path: string, error: Error): DomainError {
  const [, line = '?', column = '?'] = /:(\d+):(\d+)$/.exec(error.message) ?? [];
  const message = `${path} is not JavaScript that a browser can load: syntax error at line ${line}, column ${column}. Correct it, or build it first.`;
  return new DomainError('unprocessable', 'upload.syntax_error', message, { part: path });
}

/** Also of a whole package or upload: a map would have to resolve them all with each change of the ticket. */
export const tooManyImports = (what: string, count: number, most: number): DomainError =>
  new DomainError(
    'unprocessable',
    'upload.too_many_imports',
    `${what} has ${count} imports, and may have ${most} (STAMPLINE_MAX_IMPORTS). Bundle it, or split it.`,
    { part: what },
  );

/** Each once, sorted. */
export const specifiersOf = (imports: readonly string[]): string[] => [...new Set(imports)].sort();

/** What an import map doesn't decide: it leads to a place beside the importer, or on its server. */
export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier);
