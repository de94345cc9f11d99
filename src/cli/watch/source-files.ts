// Which files of a folder are a ticket's modules, and what they are called: in the ticket, and by people.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { IGNORED_FOLDERS, ignoredOf, indexOf, NO_INDEX, OWN_FILES, pathsOf } from '../git/listed-files.js';
import { inParts } from '../git/named-paths.js';
import { requireReadable } from '../git/repository.js';
import { type KeyNames, keyNames, type Place, slashed } from './key-names.js';

/** What the server takes as modules of their own, and what goes with them. */
const MODULES = new Set(['.js', '.mjs', '.json', '.css', '.wasm', '.map']);
export const MODULE_KINDS = [...MODULES].join(', ');

export const isModule = (file: string): boolean => MODULES.has(path.extname(file).toLowerCase());

export interface Listing {
  /** Paths below the folder, with `/` between their parts. */
  readonly files: ReadonlySet<string>;
  /** Symlinks, as people say them: they stay here. */
  readonly links: readonly string[];
  /** Repositories of their own in it, such as submodules, as people say them: their files stay here. */
  readonly repositories: readonly string[];
  /** How many there are of what stays here, by ending. */
  readonly others: ReadonlyMap<string, number>;
  /** What git ignores in it, as people say it, where it has no modules. */
  readonly ignored: readonly string[];
}

/** Dot files and installed packages are nobody's modules. */
export const isHidden = (file: string): boolean => /(^|\/)(\.|node_modules(\/|$))/.test(file);

export class SourceFolder {
  private constructor(
    /** Absolute. */
    readonly folder: string,
    /** As people find it from the current folder. */
    readonly label: string,
    /** What its files are called in a ticket. */
    readonly names: KeyNames,
    /** True where git says which files count. */
    private readonly isGits: boolean,
    /** The root of the repository that it is in, without links. */
    readonly repository: string | undefined,
  ) {}

  /** True where git ignores all of it. */
  get isIgnored(): boolean {
    return this.repository !== undefined && !this.isGits;
  }

  /** The root of the repository whose history its files have; undefined where they have none. */
  get historyIn(): string | undefined {
    return this.isGits ? this.repository : undefined;
  }

  /** Rejects with CliError where it is no folder. */
  static async open(place: Place, named: string): Promise<SourceFolder> {
    const asked = path.resolve(place.cwd, named);
    const folder = await fs.realpath(asked).catch(() => asked);
    const found = await fs.stat(folder).catch(() => undefined);
    if (!found?.isDirectory())
      throw new CliError(`There is no folder ${named}: name the folder to watch with --folder.`, EXIT.usage);
    const repository = await requireReadable(folder);
    const names = await keyNames(place, { asked, real: folder, repository });
    // A folder that git ignores as a whole, such as a build's, is watched when it is asked for.
    const isGits = repository !== undefined && (folder === repository || !(await isIgnoredAsWhole(folder)));
    return new SourceFolder(folder, slashed(path.relative(place.cwd, asked)) || '.', names, isGits, repository);
  }

  /** True where the path that was named leads to another folder now, since a link on the way was changed. */
  async isElsewhere(): Promise<boolean> {
    const real = await fs.realpath(this.names.asked).catch(() => this.folder);
    return real !== this.folder;
  }

  /** What the server calls it. */
  nameOf(file: string): string {
    return this.names.prefix + file;
  }

  /** What people call it: its path from the current folder. */
  shownOf(file: string): string {
    return this.label === '.' ? file : `${this.label}/${file}`;
  }

  /** The same of what the server calls it; what isn't below the folder stays as it is. */
  shown(name: string): string {
    const { prefix } = this.names;
    return name.startsWith(prefix) ? this.shownOf(name.slice(prefix.length)) : name;
  }

  /** True where it, or a folder on its way, is a symlink: what is behind one may be anybody's. */
  async isLinked(file: string): Promise<boolean> {
    const parts = file.split('/');
    const ways = parts.map((_part, index) => this.pathOf(parts.slice(0, index + 1).join('/')));
    const found = await Promise.all(ways.map((way) => fs.lstat(way).catch(() => undefined)));
    return found.some((one) => one?.isSymbolicLink());
  }

  /** The path below the folder; undefined for what lies elsewhere. */
  fileOf(absolute: string): string | undefined {
    const file = slashed(path.relative(this.folder, absolute));
    return file === '' || file === '..' || file.startsWith('../') || path.isAbsolute(file) ? undefined : file;
  }

  pathOf(file: string): string {
    return path.join(this.folder, file);
  }

  /** Every module below it; what git ignores, dot files, node_modules and what isn't checked out are left out. */
  async list(): Promise<Listing> {
    const [files, links, others] = [new Set<string>(), [] as string[], new Map<string, number>()];
    const { absent, repositories } = this.isGits ? await indexOf(this.folder) : NO_INDEX;
    const inner = new Set(repositories);
    for (const file of (await this.gitsFiles()) ?? (await filesBelow(this.folder))) {
      if (isHidden(file)) continue;
      // git lists a repository that it doesn't know as a folder.
      if (file.endsWith('/')) inner.add(file.slice(0, -1));
      else if (inner.has(file) || (absent.has(file) && !(await this.isThere(file)))) continue;
      else if (await this.isLinked(file)) links.push(this.shownOf(file));
      else if (isModule(file)) files.add(file);
      else others.set(endingOf(file), (others.get(endingOf(file)) ?? 0) + 1);
    }
    const ignored = this.isGits && files.size === 0 ? await pathsOf(this.folder, IGNORED_FOLDERS) : [];
    return {
      ...{ files, links, others },
      repositories: [...inner].map((one) => this.shownOf(one)),
      ignored: ignored.filter((file) => !isHidden(file)).map((file) => this.shownOf(file)),
    };
  }

  /** Those of some paths that aren't gone, though no file is there: links, and what a sparse checkout leaves out. */
  async stays(files: readonly string[]): Promise<ReadonlySet<string>> {
    if (files.length === 0) return new Set();
    const { absent } = this.isGits ? await indexOf(this.folder) : NO_INDEX;
    const linked = await Promise.all(files.map((file) => this.isLinked(file)));
    return new Set(files.filter((file, index) => linked[index] || absent.has(file)));
  }

  /** True of what is there, also of a link. */
  async isThere(file: string): Promise<boolean> {
    return (await fs.lstat(this.pathOf(file)).catch(() => undefined)) !== undefined;
  }

  /** Those of some paths that `list` would have. */
  async wanted(files: readonly string[]): Promise<readonly string[]> {
    const modules = files.filter((file) => isModule(file) && !isHidden(file));
    if (!this.isGits) return modules;
    const own = await this.own(modules);
    return modules.filter((file) => own.has(file));
  }

  /** Those of some paths that stay here though somebody named them: git ignores them, or a symlink leads to them. */
  async kept(files: readonly string[]): Promise<readonly string[]> {
    const own = new Set(this.isGits ? await this.own(files) : files);
    const linked = await Promise.all(files.map((file) => this.isLinked(file)));
    return files.filter((file, index) => linked[index] || !own.has(file));
  }

  /** Folders that needn't be watched. */
  async ignoredFolders(): Promise<ReadonlySet<string>> {
    const listed = this.isGits ? await pathsOf(this.folder, IGNORED_FOLDERS) : [];
    return new Set(listed.filter((one) => one.endsWith('/')).map((one) => this.pathOf(one.slice(0, -1))));
  }

  /** Those of some paths that git tracks or would. */
  private async own(files: readonly string[]): Promise<ReadonlySet<string>> {
    const own = new Set<string>();
    for (const paths of inParts(files)) for (const file of await pathsOf(this.folder, OWN_FILES, paths)) own.add(file);
    return own;
  }

  /** Whoever reads them finds out which are deleted and not committed. */
  private async gitsFiles(): Promise<readonly string[] | undefined> {
    return this.isGits ? pathsOf(this.folder, OWN_FILES) : undefined;
  }
}

/**
 * `dist/` ignores the folder; `dist/*` doesn't, and still whatever is in it: modules of all kinds that are called so by nobody, too. What
 * is ignored by its own name, such as secrets, makes no folder ignored, though there is nothing else in it.
 */
async function isIgnoredAsWhole(folder: string): Promise<boolean> {
  // Asked from above: of `.` git takes `dist/*` to be about the folder.
  if ((await ignoredOf(path.dirname(folder), [path.basename(folder)])) === 1) return true;
  const name = randomUUID();
  const probes = [...MODULES].flatMap((kind) => [`${name}${kind}`, `${name}/${name}${kind}`]);
  if ((await ignoredOf(folder, probes)) < probes.length) return false;
  return !(await pathsOf(folder, OWN_FILES)).some((file) => !isHidden(file));
}

const endingOf = (file: string): string => path.extname(file).toLowerCase() || path.basename(file);

async function filesBelow(folder: string, prefix = ''): Promise<string[]> {
  const entries = await fs.readdir(path.join(folder, prefix), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    const file = prefix + entry.name;
    if (isHidden(file)) continue;
    if (entry.isDirectory()) found.push(...(await filesBelow(folder, `${file}/`)));
    else found.push(file);
  }
  return found;
}
