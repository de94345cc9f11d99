// A disk that is full to the last byte, or to the last file, with Postgres and the blobs on it, and then isn't any more.
import { setTimeout as pause } from 'node:timers/promises';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { untilOver } from './time.mjs';

const SIZE_MB = 700;
const FULL_MS = 6000;
/** Postgres needs some 2000 for a start, and servers take changes while 6000 are free. */
const INODES = 20_000;

const missing = () => {
  try {
    unmount(mount(1));
    return undefined;
  } catch (error) {
    return `no small disk can be mounted here (${String(error.stderr ?? error.message).trim()})`;
  }
};

/** Fills it by `fill`, which answers how to undo that. */
async function fullFor({ world, until }, fill) {
  await pause(3000);
  const makeRoom = fill(path.join(path.dirname(world.folder), 'ballast'));
  await pause(FULL_MS);
  makeRoom();
  // Its supervisor tries for some seconds; an operator starts the rest.
  if (world.postgresGivenUp) await world.startPostgres();
  await untilOver(until);
}

/** @type {import('./all.mjs').Fault} */
export const fullDisk = {
  name: 'full-disk',
  about: `a disk of ${SIZE_MB} MB that is full for ${FULL_MS / 1000} s`,
  seconds: 20,
  missing,
  wishes: () => {
    const folder = mount(SIZE_MB);
    return { folder, after: () => unmount(folder) };
  },
  inject: (stage) => fullFor(stage, fill),
};

/** @type {import('./all.mjs').Fault} */
export const noInodes = {
  name: 'no-inodes',
  about: `a disk that takes no more files for ${FULL_MS / 1000} s, though it has room for bytes`,
  seconds: 20,
  short: 14,
  missing,
  wishes: () => {
    const folder = mount(SIZE_MB, `,nr_inodes=${INODES}`);
    return { folder, after: () => unmount(folder) };
  },
  inject: (stage) => fullFor(stage, fillWithFiles),
};

function mount(megabytes, more = '') {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755${more}`, 'none', folder], {
      stdio: 'pipe',
    });
    return folder;
  } catch (error) {
    fs.rmdirSync(folder);
    throw error;
  }
}

function unmount(folder) {
  execFileSync('umount', [folder], { stdio: 'pipe' });
  fs.rmdirSync(folder);
}

function fill(file) {
  const descriptor = fs.openSync(file, 'w');
  try {
    for (let size = 1 << 22; size >= 1;) {
      try {
        fs.writeSync(descriptor, Buffer.alloc(size));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return () => fs.rmSync(file);
}

/** Empty files, until no more can be made. */
function fillWithFiles(folder) {
  fs.mkdirSync(folder);
  for (let n = 0; ; n += 1) {
    try {
      fs.writeFileSync(path.join(folder, String(n)), '');
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
      return () => fs.rmSync(folder, { recursive: true });
    }
  }
}
