// What the files of a folder are called in a ticket: by their path from the root of the repository, wherever the command runs;
// from `root` where .stamprc.json says one; outside of a repository from the folder of .stamprc.json, else the current one.
import fs from 'node:fs/promises';
import path from 'node:path';
import { usage } from '../cli-error.js';
import { RC_FILE, type Settings } from '../settings.js';

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

async function rootOf({ cwd, projectFolder }: Place, root: string, { real, repository }: Named): Promise<string> {
  const from = (folder: string): string => slashed(path.relative(cwd, folder)) || '.';
  const said = `"root" in ${from(path.join(projectFolder ?? cwd, RC_FILE))} is ${from(root)}`;
  const base = await fs.realpath(root).catch(() => undefined);
  if (base === undefined) throw usage(`${said}, and there is no such folder: correct it, or leave it out.`);
  if (repository !== undefined && !isWithin(repository, base))
    throw usage(`${said}, outside of the repository ${repository}: give a folder in the repository, or leave it out.`);
  if (isWithin(base, real)) return base;
  throw usage(
    `${said}, and ${from(real)} is not below it: give a folder that is, or give ${from(real)} a ${RC_FILE} of its own with another "root".`,
  );
}

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
