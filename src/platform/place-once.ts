// Gives a file that is whole the name it is to have, unless something has it: never over what somebody else put there meanwhile.
import fs from 'node:fs/promises';

/** Disks without hard links (FAT, some of the network). */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** False where the name is taken; the draft is gone then as well as when it has its name. Rejects as Node does. */
export async function placeOnce(draft: string, place: string): Promise<boolean> {
  const isFree = await linked(draft, place);
  await fs.rm(draft, { force: true });
  return isFree;
}

async function linked(draft: string, place: string): Promise<boolean> {
  try {
    await fs.link(draft, place);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  const isTaken = await fs.lstat(place).then(
    () => true,
    () => false,
  );
  if (!isTaken) await fs.rename(draft, place);
  return !isTaken;
}
