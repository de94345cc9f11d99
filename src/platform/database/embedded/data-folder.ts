// The folder of STAMPLINE_DATA, and the other place that holds the database when Postgres can't reach that folder.
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

import { exists } from './binaries-copy.js';
import { asPermissionError, EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';

/** PGDATA's name below its home: the data folder or the fallback folder. */
export const pgdataIn = (home: string): string => path.join(home, 'postgres');

/** Names the place of the database, when that isn't the data folder. */
const pointerIn = (dataFolder: string): string => path.join(dataFolder, 'postgres.location');
export const lockIn = (dataFolder: string): string => path.join(dataFolder, 'postgres.lock');

/** Makes the folder (0700; its parents as usual) unless it is there, and returns its real path. Throws `permission`. */
export async function ensureDataFolder(dataFolder: string): Promise<string> {
  try {
    await fs.mkdir(path.dirname(dataFolder), { recursive: true });
    await fs.mkdir(dataFolder, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw asPermissionError(error, dataFolder);
  }
  try {
    const folder = await fs.realpath(dataFolder);
    const probe = path.join(folder, `.probe-${randomBytes(6).toString('hex')}`);
    await fs.writeFile(probe, '', { flag: 'wx' });
    await fs.rm(probe);
    return folder;
  } catch (error) {
    throw asPermissionError(error, dataFolder);
  }
}

/**
 * The places that a data folder's database may have been put in, best first. The name is stable. A prefix in a folder
 * that everybody can write must not end in a slash: there only the sticky bit of that folder protects what we make.
 */
function fallbackFolders(dataFolder: string, prefixes: string[]): string[] {
  const words = path.basename(path.dirname(dataFolder)).replace(/[^A-Za-z0-9._-]/g, '_');
  const hash = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12);
  return prefixes.map((prefix) => `${prefix}${words || 'root'}-${hash}`);
}

/**
 * The folder in which a database of this data folder exists already, or undefined. Asked before anything else, so that
 * a machine on which user namespaces, users or permissions changed since the last start finds its data again.
 */
export async function findHome(dataFolder: string, prefixes: string[]): Promise<string | undefined> {
  if (await holdsSomething(pgdataIn(dataFolder))) return dataFolder;
  const pointer = pointerIn(dataFolder);
  const named = (await exists(pointer)) ? (await fs.readFile(pointer, 'utf8')).trim() : undefined;
  if (named && (await holdsSomething(pgdataIn(named)))) return named;
  // A disk that isn't mounted, perhaps: an empty database in its stead would hide that.
  if (named) throw isGone(named, pointer);
  for (const home of fallbackFolders(dataFolder, prefixes)) {
    // A folder that somebody else put there under our name is not ours.
    if ((await holdsSomething(pgdataIn(home))) && (await fs.lstat(home)).uid === process.getuid?.()) return home;
  }
  return undefined;
}

async function holdsSomething(pgdata: string): Promise<boolean> {
  try {
    if (!(await fs.stat(pgdata)).isDirectory()) return true;
    return (await fs.readdir(pgdata)).length > 0;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    if (errnoOf(error) === 'EACCES') return true; // there, and not to be made anew
    throw error;
  }
}

/** Notes in the data folder where its database is, once it is there: found again even when the folder is renamed. */
export async function recordHome(dataFolder: string, home: string): Promise<void> {
  if (home !== dataFolder) await fs.writeFile(pointerIn(dataFolder), `${home}\n`, { mode: 0o600 });
}

/** Makes the first fallback folder that can be made. Undefined when none can. */
export async function makeFallback(
  dataFolder: string,
  prefixes: string[],
  log: (line: string) => void,
): Promise<string | undefined> {
  for (const home of fallbackFolders(dataFolder, prefixes)) {
    try {
      await fs.mkdir(home, { recursive: true, mode: 0o755 });
      const { uid } = await fs.lstat(home);
      if (uid !== process.getuid?.()) throw new Error(`it belongs to user ${uid}`);
      return home;
    } catch (error) {
      log(`${home} can't be used: ${(error as Error).message}`);
    }
  }
  return undefined;
}

/** True for a folder that root has just made, or made and never used: only such a one may change its owner. */
export async function mayGiveAway(folder: string): Promise<boolean> {
  const { uid, mode } = await fs.stat(folder);
  const foreign = (await fs.readdir(folder)).filter((name) => !name.startsWith(path.basename(lockIn(folder))));
  return uid === 0 && (mode & 0o777) === 0o700 && foreign.length === 0;
}

export function ownedByAnother(home: string, uid: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'permission',
    `The database in ${pgdataIn(home)} belongs to user ${uid}, which must have access to it, and this process can't run Postgres as that user: start Stampline as that user (or as root), or set STAMPLINE_DATA to another folder.`,
  );
}

function isGone(home: string, pointer: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'failed_to_start',
    `The database is kept in ${home}, but that folder is missing: restore it, or delete ${pointer} to start with an empty one.`,
  );
}
