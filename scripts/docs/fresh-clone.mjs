// A folder that has what a clone would have: the files that git tracks, as they are in the work tree, and what `npm ci` installs.
// What nobody committed, what git ignores and what was built are not in it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** @param root a work tree; @param folder isn't there yet */
export function freshClone(root, folder) {
  const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', maxBuffer: 1e8 });
  const names = git('ls-files', '-z').split('\0').filter(Boolean);
  for (const name of new Set(names)) {
    const from = path.join(root, name);
    if (fs.lstatSync(from, { throwIfNoEntry: false })?.isDirectory() !== false) continue;
    fs.cpSync(from, path.join(folder, name), { verbatimSymlinks: true });
  }
  const modules = path.join(root, 'node_modules');
  if (fs.existsSync(modules)) fs.symlinkSync(modules, path.join(folder, 'node_modules'));
  return folder;
}
