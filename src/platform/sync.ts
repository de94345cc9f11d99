// What survives a crash of the machine: the bytes of a file when it was synced, a new name when its folder was.
import fs from 'node:fs/promises';

export async function sync(place: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await fs.open(place, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A rename is safe from a crash when its folder is. Windows has no such thing. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await sync(folder, 'r');
}
