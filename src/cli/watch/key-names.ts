// What the files of a folder are called in a ticket: by their path from the root of the repository, wherever the command runs;
// from `root` where .stamprc.json says one; outside of a repository from the folder of .stamprc.json, else the current one.
import fs from 'node:fs/promises';
import path from 'node:path';
import { usage } from '../words/cli-error.js';
import { requireReadable } from '../git/repository.js';
import { RC_FILE, type Settings } from '../session/settings.js';

/** Where the command runs, and what says from where files are named. */
export type Place = Pick<Settings, 'cwd' | 'root' | 'projectFolder'>;

export interface KeyNames {
  /** Absolute: the folder as it was named, whatever links it leads through. */
  readonly asked: string;
  /** Absolute, without links: the folder that names begin at. */
  readonly base: string;
  /** What is before the paths below the folder: `packages/a/src/`, or nothing. */
  readonly prefix: string;
  /** What was before them when files were named from the current folder; undefined where that is the same, or `root` is given. */
  readonly earlier: string | undefined;
}

/** A folder: as it was named from the current one, and without links. */
interface Named {
  readonly asked: string;
  readonly real: string;
  /** The root of the repository that it is in. */
  readonly repository: string | undefined;
}

/** Rejects with usage where the folder isn't below `root`, or that is outside of the repository. */
export async function keyNames(place: Place, named: Named): Promise<KeyNames> {
  const { real, asked, repository } = named;
  if (place.root !== undefined) {
    const base = await rootOf(place, place.root, named);
    return { asked, base, prefix: prefixFrom(base, real), earlier: undefined };
  }
  const around = isWithin(place.cwd, asked) ? place.cwd : path.dirname(asked);
  const earlier = prefixFrom(around, asked);
  if (repository === undefined) {
    const base =
      place.projectFolder !== undefined && isWithin(place.projectFolder, asked) ? place.projectFolder : around;
    const prefix = prefixFrom(base, asked);
    return { asked, base: await fs.realpath(base), prefix, earlier: prefix === earlier ? undefined : earlier };
  }
  const prefix = prefixFrom(repository, real);
  return { asked, base: repository, prefix, earlier: prefix === earlier ? undefined : earlier };
}

/** Where names begin in the current folder. Rejects with usage; CliError where git can't read the repository. */
export async function baseOf(place: Place): Promise<string> {
  const real = await fs.realpath(place.cwd);
  const repository = await requireReadable(real);
  if (place.root !== undefined) return existingRoot(place, place.root, repository);
  return (await keyNames(place, { asked: place.cwd, real, repository })).base;
}

async function rootOf(place: Place, root: string, { real, repository }: Named): Promise<string> {
  const base = await existingRoot(place, root, repository);
  if (isWithin(base, real)) return base;
  const folder = fromHere(place, real);
  throw usage(
    `${rootSaid(place, root)}, and ${folder} is not below it: name a folder that is, or give ${folder} a ${RC_FILE} with another "root".`,
  );
}

async function existingRoot(place: Place, root: string, repository: string | undefined): Promise<string> {
  const base = await fs.realpath(root).catch(() => undefined);
  if (base === undefined)
    throw usage(`${rootSaid(place, root)}, and that folder does not exist: correct the setting, or leave it out.`);
  if (repository === undefined || isWithin(repository, base)) return base;
  throw usage(
    `${rootSaid(place, root)}, outside the repository ${repository}: name a folder in the repository, or leave it out.`,
  );
}

const fromHere = ({ cwd }: Place, folder: string): string => slashed(path.relative(cwd, folder)) || '.';

const rootSaid = (place: Place, root: string): string =>
  `"root" in ${fromHere(place, path.join(place.projectFolder ?? place.cwd, RC_FILE))} is ${fromHere(place, root)}`;

export const slashed = (file: string): string => file.split(path.sep).join('/');

/** True of the folder itself, too. */
export function isWithin(folder: string, other: string): boolean {
  const below = path.relative(folder, other);
  return below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below);
}

function prefixFrom(base: string, folder: string): string {
  const below = slashed(path.relative(base, folder));
  return below && `${below}/`;
}
