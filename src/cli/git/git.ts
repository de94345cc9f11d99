// Runs git in a folder, and tells "there is none" from "git says no". Exit codes only: its words are in the user's language.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** A verb of git with its options, as we write them; never a text from elsewhere. */
type Verb = readonly [string, ...string[]];

export interface Git {
  /** What it printed, without the last line break; undefined where it ended with another code than 0. */
  read(verb: Verb, operands?: Operands): Promise<string | undefined>;
  /** Its exit code, and what it said on stderr. */
  run(
    verb: Verb,
    operands?: Operands,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** What a verb is about: behind --end-of-options, so that git takes none of it for an option. */
export interface Operands {
  /** Revisions, names of references and remotes, keys of the configuration. */
  readonly names?: readonly string[];
  /** Behind `--`. */
  readonly paths?: readonly string[];
}

const operandsOf = ({ names, paths }: Operands): readonly string[] => [
  ...(names ? ['--end-of-options', ...names] : []),
  ...(paths ? ['--', ...paths] : []),
];

const MOST_BYTES = 64 * 1024 * 1024;

/** Never waits for a lock of somebody's index, or for a password. */
export function gitIn(cwd: string): Git {
  const run: Git['run'] = (verb, operands = {}) =>
    new Promise((resolve, reject) => {
      const all = ['--no-optional-locks', '-c', 'core.quotePath=off', ...verb, ...operandsOf(operands)];
      const child = execFile('git', all, { cwd, maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error('git ended without a code'));
      });
      child.stdin?.end();
    });
  return {
    run,
    read: async (verb, operands) => {
      const { code, stdout } = await run(verb, operands);
      return code === 0 ? stdout.replace(/\r?\n$/, '') : undefined;
    },
  };
}

/** False where no `git` is in the PATH. */
export async function isInstalled(git: Git): Promise<boolean> {
  try {
    await git.run(['--version']);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** The folder with `.git` in it: this one or one above; undefined outside of a repository. */
export function repositoryAround(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}
