// What is to be sent: a folder, or files that were named.
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { shell } from '../../platform/shell-quote.js';
import { usage } from '../words/cli-error.js';
import { requireReadable } from '../git/repository.js';
import { isWithin, type Place } from './key-names.js';
import { isModule, MODULE_KINDS, SourceFolder } from './source-files.js';
import { allIgnored } from './sync-words.js';

export interface Work {
  readonly source: SourceFolder;
  /** True where the whole folder is meant; false where files were named, to be sent or deleted. */
  readonly isWhole: boolean;
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Names of the ticket's that are to be deleted, whatever the folder has. */
  readonly gone: readonly string[];
  /** As people said it. */
  readonly what: string;
}

/** The folder that is kept in step, or that knows what was sent of named files. */
export interface Watched {
  /** A path from the current one. */
  readonly folder: string;
  /** False where nobody named it: the default. Then nothing of it is sent where git ignores all of it. */
  readonly isNamed: boolean;
  /** True where whoever runs the command named it, and not a file of the project. */
  readonly isOwn: boolean;
}

/**
 * One for all that was named, and one for each folder of it that git ignores as a whole: such a folder is sent as it is. Rejects
 * with usage for what isn't there, is no module, or is ignored by git otherwise.
 */
export async function worksOf(place: Place, watched: Watched, named: readonly string[]): Promise<readonly Work[]> {
  if (named.length === 0) return [await wholeFolder(place, watched)];
  const all = await Promise.all(named.map((one) => filesNamed(place, one)));
  const builds = all.flatMap(({ build }) => (build ? [wholeOf(build)] : []));
  const rest = all.filter(({ build }) => build === undefined);
  return rest.length === 0 ? builds : [await filesOf(place, watched, rest), ...builds];
}

async function filesOf(place: Place, watched: Watched, all: readonly NamedFiles[]): Promise<Work> {
  const paths = [...new Set(all.flatMap((one) => one.paths))];
  const source = await folderAround(paths, place, watched);
  const below = (absolute: readonly string[]): string[] =>
    absolute.map((file) => source.fileOf(file)).filter((file) => file !== undefined);
  const files = below(paths);
  if (files.length < paths.length)
    throw usage('A file is outside the repository and the current folder: change to its project first.');
  // What is in a folder that was named was judged there.
  await requireSendable(source, below(all.filter(({ isFolder }) => !isFolder).flatMap((one) => one.paths)));
  return { source, isWhole: false, files, gone: [], what: all.map((one) => one.named).join(', ') };
}

/** Of names that are to be deleted; nothing is sent. */
export async function workWithout(place: Place, watched: Watched): Promise<Work> {
  const source = await folderAround([], place, watched);
  return { source, isWhole: false, files: [], gone: [], what: whatOf(source) };
}

async function wholeFolder(place: Place, { folder, isNamed, isOwn }: Watched): Promise<Work> {
  const source = await SourceFolder.open(place, folder);
  if (!isOwn) await requireInside(place, source);
  if (source.isIgnored && !isNamed)
    throw usage(
      `All of ${source.label} is ignored by git, so nothing was sent. To send it, name it: ${shell`--folder ${source.label}`}`,
    );
  return wholeOf(source);
}

/** A project that one has cloned may have a link, or a setting, that leads to what is nobody else's. Rejects with usage. */
async function requireInside(place: Place, { folder, label }: SourceFolder): Promise<void> {
  const current = await fs.realpath(place.cwd);
  const project = (await requireReadable(current)) ?? (await fs.realpath(place.root ?? place.projectFolder ?? current));
  if (isWithin(project, folder)) return;
  throw usage(
    `${label} points outside the project, to ${folder}, so nothing was sent. To send it, name it: ${shell`--folder ${label}`}`,
  );
}

const wholeOf = (source: SourceFolder): Work => ({
  ...{ source, isWhole: true, files: [], gone: [], what: whatOf(source) },
});

/** `src`; `src as packages/a/src` where files have other names in the ticket than here. */
function whatOf({ label, names }: SourceFolder): string {
  const called = names.prefix.replace(/\/$/, '') || '.';
  return called === label ? label : `${label} as ${called}`;
}

async function requireSendable(source: SourceFolder, files: readonly string[]): Promise<void> {
  const [kept] = await source.kept(files);
  if (kept !== undefined)
    throw usage(
      `${source.shownOf(kept)} is not sent: git ignores it, or it is a symlink. A folder that git ignores as a whole is sent if you name it.`,
    );
}

/** The one that is watched, where it has them all, so that a watch knows what was sent; else the current one, or what names begin at. */
async function folderAround(all: readonly string[], place: Place, { folder, isNamed }: Watched): Promise<SourceFolder> {
  const isThere = existsSync(path.resolve(place.cwd, folder));
  const watched = isThere ? await SourceFolder.open(place, folder) : undefined;
  if (watched && (isNamed || !watched.isIgnored) && all.every((file) => watched.fileOf(file) !== undefined))
    return watched;
  const current = await SourceFolder.open(place, '.');
  if (all.every((file) => current.fileOf(file) !== undefined)) return current;
  return SourceFolder.open(place, current.names.base);
}

interface NamedFiles {
  /** As somebody said it. */
  readonly named: string;
  readonly isFolder: boolean;
  /** A folder that git ignores as a whole. */
  readonly build?: SourceFolder;
  /** Absolute, without links on the way. */
  readonly paths: readonly string[];
}

/** A folder stands for the modules in it. */
async function filesNamed(place: Place, named: string): Promise<NamedFiles> {
  const absolute = path.resolve(place.cwd, named);
  const found = await fs.stat(absolute).catch(() => undefined);
  if (!found) throw usage(`There is no file ${named}.`);
  if (found.isDirectory()) {
    const below = await SourceFolder.open(place, named);
    if (below.isIgnored) return { named, isFolder: true, build: below, paths: [] };
    const { files, ignored } = await below.list();
    if (files.size === 0 && ignored.length > 0) throw usage(allIgnored(ignored));
    return { named, isFolder: true, paths: [...files].map((file) => below.pathOf(file)) };
  }
  if (!isModule(named)) throw usage(`${named} is not a module. Modules are ${MODULE_KINDS}.`);
  // A folder on the way that is a link leads elsewhere, and is seen so.
  const folder = await fs.realpath(path.dirname(absolute));
  return { named, isFolder: false, paths: [path.join(folder, path.basename(absolute))] };
}
