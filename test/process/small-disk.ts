// A disk that can be filled without harm: a small file system in memory where root may mount one; elsewhere a folder and a
// limit just below what its disk has free.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const MEGABYTE = 1024 * 1024;

export interface SmallDisk {
  readonly folder: string;
  /** What a server on it is started with. */
  readonly env: Record<string, string>;
  /** Until less is free than a server leaves. */
  fill(): void;
  /** Until fewer files fit than a server leaves; all of them where the disk is ours alone. */
  fillInodes(): void;
  makeRoom(): void;
  /** When nothing runs on it any more. */
  remove(): void;
}

/** Every user may look into it, since Postgres may run as another. */
export function smallDisk(): SmallDisk {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-disk-'));
  fs.chmodSync(folder, 0o755);
  const isMounted = mount(folder);
  const least = isMounted ? 256 : Math.floor(freeMegabytes(folder) - 200);
  const leastInodes = isMounted ? 6000 : Math.max(1, freeInodes(folder) - 200);
  const ballast = path.join(folder, 'ballast');
  const many = path.join(folder, 'many');
  return {
    folder,
    env: isMounted ? {} : { STAMPLINE_LEAST_FREE_MB: String(least), STAMPLINE_LEAST_FREE_INODES: String(leastInodes) },
    fill: () => {
      const chunk = Buffer.alloc(MEGABYTE, 1);
      const file = fs.openSync(ballast, 'w');
      while (freeMegabytes(folder) > least - 150) fs.writeSync(file, chunk);
      fs.closeSync(file);
    },
    fillInodes: () => {
      fs.mkdirSync(many);
      const enough = isMounted ? 0 : leastInodes - 1;
      for (let file = 0; freeInodes(folder) > enough; file += 1)
        fs.closeSync(fs.openSync(path.join(many, String(file)), 'w'));
    },
    makeRoom: () => {
      for (const place of [ballast, many]) fs.rmSync(place, { recursive: true, force: true });
    },
    remove: () => {
      if (isMounted) execFileSync('umount', ['--lazy', folder]);
      fs.rmSync(folder, { recursive: true });
    },
  };
}

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=450m,nr_inodes=20000,mode=0755', 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false; // Not root, or a container that may not.
  }
}

const freeInodes = (folder: string): number => fs.statfsSync(folder).ffree;

function freeMegabytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return (bavail * bsize) / MEGABYTE;
}
