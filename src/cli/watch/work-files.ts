// What is to be sent: a folder, or files that were named.
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { usage } from '../cli-error.js';
import type { Place } from './key-names.js';
import { isModule, MODULE_KINDS, SourceFolder } from './source-files.js';

export interface Work {
  readonly source: SourceFolder;
  /** Paths below the folder; empty for all of it. */
  readonly files: readonly string[];
  /** Names of the ticket's that are to be deleted, whatever the folder has. */
  readonly gone: readonly string[];
  /** As people said it. */
  readonly what: string;
}

/** Rejects with usage for what isn't there, or is no module. */
export async function workOf(place: Place, folder: string, named: readonly string[]): Promise<Work> {
  if (named.length === 0) {
    const source = await SourceFolder.open(place, folder);
    return { source, files: [], gone: [], what: whatOf(source) };
  }
  const all = [...new Set((await Promise.all(named.map((one) => filesNamed(place, one)))).flat())];
  const source = await folderAround(all, place, folder);
  const files = all.map((file) => source.fileOf(file)).filter((file) => file !== undefined);
  if (files.length < all.length)
    throw usage('A file is outside of the repository and the current folder: go to its project first.');
  await requireSendable(source, files, named);
  return { source, files, gone: [], what: named.join(', ') };
}

/** `src`; `src as packages/a/src` where files have other names in the ticket than here. */
function whatOf({ label, names }: SourceFolder): string {
  const called = names.prefix.replace(/\/$/, '') || '.';
  return called === label ? label : `${label} as ${called}`;
}

/** What is in a folder that was named was judged there: one that git ignores as a whole is sent as it is. */
async function requireSendable(
  source: SourceFolder,
  files: readonly string[],
  named: readonly string[],
): Promise<void> {
  const plain = files.filter((file) => named.some((one) => path.basename(one) === path.basename(file)));
  const [kept] = await source.kept(plain);
  if (kept !== undefined)
    throw usage(
      `${source.shownOf(kept)} is not sent: git ignores it, or it is a symlink. A folder that git ignores as a whole is sent with --folder.`,
    );
}

/** The one that is watched, where it has them all, so that a watch knows what was sent; else the current one, or what names begin at. */
async function folderAround(all: readonly string[], place: Place, folder: string): Promise<SourceFolder> {
  const isThere = existsSync(path.resolve(place.cwd, folder));
  const watched = isThere ? await SourceFolder.open(place, folder) : undefined;
  if (watched && all.every((file) => watched.fileOf(file) !== undefined)) return watched;
  const current = await SourceFolder.open(place, '.');
  if (all.every((file) => current.fileOf(file) !== undefined)) return current;
  return SourceFolder.open(place, current.names.base);
}

/** Absolute. A folder stands for the modules in it. */
async function filesNamed(place: Place, named: string): Promise<string[]> {
  const absolute = path.resolve(place.cwd, named);
  const found = await fs.stat(absolute).catch(() => undefined);
  if (!found) throw usage(`There is no file ${named}.`);
  if (found.isDirectory()) {
    const below = await SourceFolder.open(place, named);
    return [...(await below.list()).files].map((file) => below.pathOf(file));
  }
  if (!isModule(named)) throw usage(`${named} is no module: these are ${MODULE_KINDS}.`);
  // A folder on the way that is a link leads elsewhere, and is seen so.
  return [path.join(await fs.realpath(path.dirname(absolute)), path.basename(absolute))];
}
