// How many imports the files of an upload may have together: counted as each is read, so that what is too much is refused before
// all of it is in memory.
import { checkLengths, tooManyImports } from './module-scan.js';

/** All files of a package may have so many times the imports of one. */
const FILES_SHARE = 10;

export class ImportsCount {
  private imports = 0;
  private characters = 0;
  private readonly most: number;

  /** @param mostImports of one module, STAMPLINE_MAX_IMPORTS */
  constructor(
    private readonly what: string,
    mostImports: number,
  ) {
    this.most = mostImports * FILES_SHARE;
  }

  /** Throws `upload.too_many_imports` where they are too many, or too long, with those before. */
  add(specifiers: readonly string[]): void {
    this.imports += specifiers.length;
    if (this.imports > this.most) throw tooManyImports(this.what, this.imports, this.most);
    this.characters += specifiers.reduce((sum, one) => sum + one.length, 0);
    checkLengths(this.what, { count: this.imports, characters: this.characters }, this.most);
  }
}
