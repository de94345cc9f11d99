// What a disk says of a folder: how much room there is, and whether files can be made in it.
import { randomUUID } from 'node:crypto';
import { rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface Room {
  /** What may still be written by who isn't root. */
  readonly bytes: number;
  /** How many more files fit; Infinity where the disk doesn't count them. */
  readonly files: number;
}

const NO_ROOM: Room = { bytes: 0, files: 0 };

/** Of the disk that a folder is on, or will be when it is made. None where it doesn't answer. */
export async function roomIn(folder: string): Promise<Room> {
  try {
    const disk = await statfs(folder);
    return { bytes: disk.bavail * disk.bsize, files: disk.files > 0 ? disk.ffree : Infinity };
  } catch (error) {
    const parent = path.dirname(folder);
    return isAbsent(error) && parent !== folder ? roomIn(parent) : NO_ROOM;
  }
}

/** Makes a file in a folder and removes it. Answers why that can't be done, as a code; a folder that isn't there yet is fine. */
export async function cannotWriteIn(folder: string): Promise<string | undefined> {
  const probe = path.join(folder, `.probe-${randomUUID()}`);
  try {
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe, { force: true });
    return undefined;
  } catch (error) {
    return isAbsent(error) ? undefined : codeOf(error);
  }
}

/**
 * Whether the owner of `folder` may make files in it and in those below it. For folders of another user, as Postgres's are: who
 * is root may do everywhere, and can't find out by trying. Answers the first in which the owner may not.
 */
export async function closedToOwner(folder: string, below: readonly string[]): Promise<string | undefined> {
  const { uid } = await stat(folder);
  for (const each of ['', ...below]) {
    const place = path.join(folder, each);
    const { mode, uid: owner } = await stat(place);
    if (owner !== uid || (mode & WRITE_AND_ENTER) !== WRITE_AND_ENTER) return place;
  }
  return undefined;
}

const WRITE_AND_ENTER = 0o300;

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
const isAbsent = (error: unknown): boolean => codeOf(error) === 'ENOENT';
