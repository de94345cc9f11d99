// How many paths a command of git may be told on its line: systems have a limit for all of it, and one log for each lot of paths would
// read the history as often. None of the commands that we ask takes them from its input.

/** Of one command: more than these are asked for otherwise. */
const MOST = { paths: 300, bytes: 24_000 };

const bytesOf = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + Buffer.byteLength(path) + 1, 0);

/** True where one command may name them all. */
export const areFew = (paths: readonly string[]): boolean => paths.length <= MOST.paths && bytesOf(paths) <= MOST.bytes;

/** The deepest folder that has all of some files, as a path; none where that is the root of the repository. */
export function folderOf(files: readonly string[]): readonly string[] {
  let [folder = []] = files.map((file) => file.split('/').slice(0, -1));
  for (const file of files) {
    const parts = file.split('/').slice(0, -1);
    const end = folder.findIndex((part, at) => part !== parts[at]);
    if (end >= 0) folder = folder.slice(0, end);
  }
  return folder.length > 0 ? [folder.join('/')] : [];
}

/** In parts that a command may name; together they are all, in their order. */
export function inParts(paths: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let bytes = 0;
  for (const path of paths) {
    const last = parts.at(-1);
    bytes += Buffer.byteLength(path) + 1;
    if (last && last.length < MOST.paths && bytes <= MOST.bytes) last.push(path);
    else {
      parts.push([path]);
      bytes = Buffer.byteLength(path) + 1;
    }
  }
  return parts;
}
