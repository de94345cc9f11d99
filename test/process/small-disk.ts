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
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    env: isMounted ? {} : { STAMPLINE_LEAST_FREE_MB: String(least) },
    fill: () => {
      const chunk = Buffer.alloc(MEGABYTE, 1);
      const file = fs.openSync(ballast, 'w');
      while (freeMegabytes(folder) > least - 150) fs.writeSync(file, chunk);
      fs.closeSync(file);
    },
    makeRoom: () => fs.rmSync(ballast),
    remove: () => {
      if (isMounted) execFileSync('umount', ['--lazy', folder]);
      fs.rmSync(folder, { recursive: true });
    },
  };
}

function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=450m,mode=0755', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // Not root, or a container that may not.
  }
}

function freeMegabytes(folder: string): number {
  const { bavail, bsize } = fs.statfsSync(folder);
  return (bavail * bsize) / MEGABYTE;
}
