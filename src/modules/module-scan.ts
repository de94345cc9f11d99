// What a script imports, found by es-module-lexer: at upload, so that warnings and reverts know it (import-maps.md, 2).
import { type Import, init, parse } from 'es-module-lexer';
import { DomainError } from '../platform/errors.js';
import { mayStandAlone } from './file-types.js';
import { metaReference, type MetaReference } from './meta-references.js';

/** A specifier that stands in a script as a literal. */
export interface FoundImport {
  readonly specifier: string;
  /** By `import(…)`, when it is run. */
  readonly dynamic: boolean;
  /** Where it stands, with its quotes, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** `url`: the arguments of a `new URL(…, import.meta.url)`; else a specifier. */
  readonly kind?: 'url' | undefined;
}

/** A place where a script imports by what can't be told from its text, or what a map doesn't reach. */
export interface UnsureImport {
  /** In UTF-16 code units. */
  readonly start: number;
  readonly what: 'expression' | 'worker' | 'meta' | 'file';
  readonly text: string;
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
    [imports] = lexed(source);
  } catch (error) {
    throw syntaxError(path, error as Error);
  }
  if (imports.length > most) throw tooManyImports(path, imports.length, most);
  const found = literalsOf(imports, source);
  checkLengths(path, lengthOf(found.map(({ specifier }) => specifier)), most);
  return found;
}

/** Throws `upload.too_many_imports` where they are longer than `most` usually are; also where short names become long ones. */
export function checkLengths(
  what: string,
  { count, characters }: { readonly count: number; readonly characters: number },
  most: number,
): void {
  if (characters > most * SPECIFIER_BYTES)
    throw tooManyImports(what, count, Math.floor((count * most * SPECIFIER_BYTES) / characters));
}

export const lengthOf = (specifiers: readonly string[]): { readonly count: number; readonly characters: number } => ({
  count: specifiers.length,
  characters: specifiers.reduce((sum, one) => sum + one.length, 0),
});

/** What JavaScript takes for white space and the lexer doesn't: an import behind it would not be found. */
const BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/g;
const LINE_ENDS = /[\u2028\u2029]/g;

/** Each such character is read as one that the lexer knows, so places stay. A line's end within a string is none. */
function lexed(source: string): ReturnType<typeof parse> {
  const plain = source.replace(BLANKS, ' ');
  if (!/[\u2028\u2029]/.test(plain)) return parse(plain, '@');
  try {
    return parse(plain.replace(LINE_ENDS, '\n'), '@');
  } catch {
    return parse(plain.replace(LINE_ENDS, ' '), '@');
  }
}

function literalsOf(imports: readonly Import[], source: string): FoundImport[] {
  return imports.flatMap((one): FoundImport[] => {
    if (one.type === 'import-meta') return [];
    const specifier = one.specifier ?? inParentheses(source.slice(one.start, one.end));
    if (specifier === undefined || Buffer.byteLength(specifier) > MOST_SPECIFIER_BYTES) return [];
    if (one.type === 'dynamic') return one.glob ? [] : [{ specifier, dynamic: true, start: one.start, end: one.end }];
    // Of a static import the lexer gives the text between the quotes; of a dynamic one the whole expression.
    return one.typeOnly ? [] : [{ specifier, dynamic: false, start: one.start - 1, end: one.end + 1 }];
  });
}

/** A literal that stands in parentheses: `(('./x.js'))`. */
function inParentheses(expression: string): string | undefined {
  if (expression.length > MOST_SPECIFIER_BYTES) return undefined;
  let text = expression.trim();
  while (text.startsWith('(') && text.endsWith(')')) text = text.slice(1, -1).trim();
  return /^(['"`])([^'"`\\\n\r$]*)\1$/.exec(text)?.[2];
}

/** What `import.meta` names, and what can't be told; of a source that findImports has read. */
export function findReferences(source: string): { readonly found: FoundImport[]; readonly unsure: UnsureImport[] } {
  const [imports] = lexed(source);
  const [found, unsure]: [FoundImport[], UnsureImport[]] = [[], []];
  for (const one of imports) {
    if (one.type === 'import-meta') {
      const reference = metaReference(source, one);
      if (reference && 'unsure' in reference)
        unsure.push({ start: reference.start, what: 'meta', text: reference.unsure });
      else if (reference) referTo(reference, found, unsure);
    } else if (one.type === 'dynamic' && isUnsure(one, source)) {
      unsure.push({
        start: one.start,
        what: 'expression',
        text: source.slice(one.start, Math.min(one.end, one.start + 100)),
      });
    }
  }
  return { found, unsure };
}

/** What is no module, a picture say, has no key: it stays as it is. */
function referTo(
  { specifier, start, end, kind, worker }: MetaReference,
  found: FoundImport[],
  unsure: UnsureImport[],
): void {
  if (!mayStandAlone(specifier.replace(/[?#].*$/s, '')))
    return void unsure.push({ start, what: 'file', text: specifier });
  if (worker) unsure.push({ start, what: 'worker', text: specifier });
  found.push({ specifier, dynamic: true, start, end, kind: kind === 'url' ? 'url' : undefined });
}

/** An expression that may come to a relative name. */
function isUnsure({ specifier, glob, start, end }: Extract<Import, { type: 'dynamic' }>, source: string): boolean {
  if (glob) return isRelative(specifier ?? '');
  const text = source.slice(start, Math.min(end, start + MOST_SPECIFIER_BYTES));
  return specifier === undefined && inParentheses(text) === undefined && /['"`]\.{1,2}\//.test(text);
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
    `${what} has ${count} imports; ${most} are allowed (STAMPLINE_MAX_IMPORTS). Bundle it, or split it.`,
    { part: what },
  );

/** Each once, sorted. */
export const specifiersOf = (imports: readonly string[]): string[] => [...new Set(imports)].sort();

/** What an import map doesn't decide: it leads to a place beside the importer, or on its server. */
export const isRelative = (specifier: string): boolean => /^\.{0,2}\//.test(specifier);
