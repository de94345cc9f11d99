// Runs git in a folder, and tells "there is none" from "git says no". Exit codes only: its words are in the user's language.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { inheritedEnvironment } from '../session/settings.js';
import { CliError } from '../words/cli-error.js';

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
  /** Hears what it prints, part by part between separators, however long that is. Its exit code. */
  each(verb: Verb, operands: Operands, separator: string, part: (text: string) => void): Promise<number>;
}

/** What a verb is about: behind --end-of-options, so that git takes none of it for an option. */
export interface Operands {
  /** Revisions, names of references and remotes, keys of the configuration. */
  readonly names?: readonly string[];
  /** Behind `--`; each is a path to the letter, and no pattern. */
  readonly paths?: readonly string[];
  /** What it reads from its standard input. */
  readonly input?: string;
  /** It is ended after so many milliseconds, and its code is TIMED_OUT. */
  readonly timeout?: number;
}

/** As shells say it of what was ended. */
export const TIMED_OUT = 124;

const operandsOf = ({ names, paths }: Operands): readonly string[] => [
  ...(names ? ['--end-of-options', ...names] : []),
  ...(paths ? ['--', ...paths] : []),
];

const MOST_BYTES = 64 * 1024 * 1024;
const TOO_LONG = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

/**
 * What would make git answer for another repository than the folder's: `git rev-parse --local-env-vars` of all versions, set
 * in hooks; and what reads paths as patterns, which git refuses beside --literal-pathspecs.
 */
const LOCAL_VARIABLES: readonly string[] = [
  ...['GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_COMMON_DIR', 'GIT_CONFIG', 'GIT_CONFIG_COUNT', 'GIT_CONFIG_PARAMETERS'],
  ...['GIT_DIR', 'GIT_GRAFT_FILE', 'GIT_IMPLICIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_INTERNAL_SUPER_PREFIX'],
  ...['GIT_NO_REPLACE_OBJECTS', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX', 'GIT_REPLACE_REF_BASE', 'GIT_SHALLOW_FILE'],
  ...['GIT_WORK_TREE', 'GIT_LITERAL_PATHSPECS', 'GIT_GLOB_PATHSPECS', 'GIT_NOGLOB_PATHSPECS', 'GIT_ICASE_PATHSPECS'],
];

/** ssh asks nobody for a password, or about a host. */
export const BATCH_MODE = '-o BatchMode=yes';

/** What is mounted in a work tree is in it, as `repositoryAround` has it. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(inheritedEnvironment()).filter(([name]) => !LOCAL_VARIABLES.includes(name));
  const kept: NodeJS.ProcessEnv = Object.fromEntries(inherited);
  return {
    ...kept,
    // Git takes it before any configuration.
    ...(kept.GIT_SSH_COMMAND ? { GIT_SSH_COMMAND: `${kept.GIT_SSH_COMMAND} ${BATCH_MODE}` } : {}),
    GIT_DISCOVERY_ACROSS_FILESYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** Never waits for a lock of somebody's index, or for a password. It is the folder's own repository that answers. */
export function gitIn(cwd: string): Git {
  const run: Git['run'] = (verb, operands = {}) =>
    new Promise((resolve, reject) => {
      const options = { cwd, env: environment(), maxBuffer: MOST_BYTES, timeout: operands.timeout ?? 0 };
      const child = execFile('git', lineOf(verb, operands), options, (error, stdout, stderr) => {
        if (error?.code === TOO_LONG) return reject(tooLong(verb));
        const code = error === null ? 0 : error.killed && operands.timeout ? TIMED_OUT : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error ?? new Error('git ended without a code'));
      });
      // What ends before it has read all of it says why by its code.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(operands.input);
    });
  return {
    run,
    each: (verb, operands, separator, part) => eachPart(cwd, lineOf(verb, operands), separator, part),
    read: async (verb, operands) => {
      const { code, stdout } = await run(verb, operands);
      return code === 0 ? stdout.replace(/\r?\n$/, '') : undefined;
    },
  };
}

function lineOf(verb: Verb, operands: Operands): string[] {
  const always = ['--no-optional-locks', ...(operands.paths ? ['--literal-pathspecs'] : [])];
  return [...always, '-c', 'core.quotePath=off', ...verb, ...operandsOf(operands)];
}

const tooLong = ([verb]: Verb): CliError =>
  new CliError(`'${verb}' of git has more than 64 MB of output: name a part of the repository with --folder.`);

/** Never holds more of it than a part. */
async function eachPart(
  cwd: string,
  line: readonly string[],
  separator: string,
  part: (text: string) => void,
): Promise<number> {
  const child = spawn('git', line, { cwd, env: environment(), stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === null ? reject(new Error('git ended without a code')) : resolve(code)));
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = text.split(separator);
    parts[0] = rest + (parts[0] ?? '');
    rest = parts.pop() ?? '';
    parts.forEach(part);
  });
  const code = await ended;
  part(rest);
  return code;
}

/** False where no `git` that can be started is in the PATH. */
export async function isInstalled(): Promise<boolean> {
  try {
    // A folder that is not there would be the same error.
    await gitIn(path.parse(process.execPath).root).run(['--version']);
    return true;
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** The folder with `.git` in it: this one or one above; undefined outside of a repository. */
export function repositoryAround(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    // A link that leads nowhere is a broken repository, and still one.
    if (fs.lstatSync(path.join(at, '.git'), { throwIfNoEntry: false })) return at;
    if (path.dirname(at) === at) return undefined;
  }
}
