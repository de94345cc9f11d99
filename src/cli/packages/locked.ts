// Whether a commit has what an app has installed: the lock file of HEAD says which version of a package is in node_modules.
import fs from 'node:fs/promises';
import path from 'node:path';
import { type Git, gitIn, repositoryAround } from '../git/git.js';
import { GitFacts, type Provenance } from '../watch/git-facts.js';
import { isWithin, slashed } from '../watch/key-names.js';
import type { Installed } from './installed.js';

/** By the tools that write them. */
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'] as const;

/** What git says of an app's packages. */
export interface AppInGit {
  /** Where HEAD is; empty outside of a repository. */
  readonly provenance: Provenance;
  /** True for what no commit has: another version than HEAD's lock file, or a workspace's package with changes. */
  isDirty(installed: Pick<Installed, 'name' | 'version' | 'home'>): Promise<boolean>;
}

export async function appInGit(cwd: string): Promise<AppInGit> {
  const folder = await fs.realpath(cwd);
  const [root, provenance] = [repositoryAround(folder), await new GitFacts(folder).now()];
  if (root === undefined || provenance.git_commit === undefined) return { provenance, isDirty: async () => false };
  const git = gitIn(root);
  const lock = await lockAround(folder, root);
  const isLocked = lock === undefined ? undefined : await lockOf(git, root, lock);
  return {
    provenance,
    isDirty: async (installed) =>
      isOwn(root, installed.home) ? hasChanges(git, installed.home) : !isLocked?.(installed),
  };
}

/** The nearest one, from a folder to the repository's root. */
async function lockAround(from: string, root: string): Promise<string | undefined> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const names = new Set(await fs.readdir(folder));
    const name = LOCK_FILES.find((one) => names.has(one));
    if (name !== undefined) return path.join(folder, name);
    if (folder === root || path.dirname(folder) === folder) return undefined;
  }
}

/** What HEAD's version of a lock file says; undefined where HEAD has none. */
async function lockOf(git: Git, root: string, file: string): Promise<AskLock | undefined> {
  const text = await git.read(['cat-file', 'blob'], { names: [`HEAD:${slashed(path.relative(root, file))}`] });
  if (text === undefined) return undefined;
  return file.endsWith('.json') ? askNpm(text, path.dirname(file)) : askText(text);
}

/** Whether the lock file has a package as it is installed. */
type AskLock = (installed: Pick<Installed, 'name' | 'version' | 'home'>) => boolean;

/** npm names each by its place; npm 6 did so by its name. */
function askNpm(text: string, folder: string): AskLock {
  const { packages, dependencies } = npmLock(text);
  return ({ name, home, version }) => {
    const found = packages ? packages[slashed(path.relative(folder, home))] : dependencies?.[name];
    return found !== undefined && (found.version ?? '') === version;
  };
}

type Locked = Readonly<Record<string, { readonly version?: string }>>;

function npmLock(text: string): { readonly packages?: Locked; readonly dependencies?: Locked } {
  try {
    return Object(JSON.parse(text)) as { packages?: Locked; dependencies?: Locked };
  } catch {
    return {};
  }
}

/** pnpm and Bun have `preact@10.29.8`; Yarn has `preact@^10.0.0`, and `version "10.29.8"` in the line after it. */
function askText(text: string): AskLock {
  const lines = text.split('\n').map((line) => line.replaceAll('"', '').replaceAll("'", ''));
  return ({ name, version }) =>
    lines.some((line, at) => {
      if (wordsIn(line).includes(`${name}@${version}`)) return true;
      const isHead = !line.startsWith(' ') && wordsIn(line).some((word) => word.startsWith(`${name}@`));
      return isHead && /^\s*version:? (\S+)/.exec(lines[at + 1] ?? '')?.[1] === version;
    });
}

const wordsIn = (line: string): string[] => line.split(/[\s,:[\](){}]+/).map((word) => word.replace(/^\//, ''));

/** A workspace's package, to which node_modules has a link. */
const isOwn = (root: string, home: string): boolean =>
  isWithin(root, home) && !path.relative(root, home).split(path.sep).includes('node_modules');

async function hasChanges(git: Git, home: string): Promise<boolean> {
  const verb = ['status', '--porcelain', '--untracked-files=all'] as const;
  return (await git.read([...verb], { paths: [home] })) !== '';
}
