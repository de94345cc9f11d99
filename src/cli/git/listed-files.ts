// Which files of a folder git tracks, would track or ignores. What it can't answer is an error: nothing is sent that it could not judge.
import { CliError } from '../words/cli-error.js';
import { gitIn } from './git.js';

/** What git tracks or would, as `git add` does; also what is deleted and not committed. */
export const OWN_FILES = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'] as const;
const INDEX = ['ls-files', '-z', '-t', '--stage'] as const;
export const IGNORED_FOLDERS = [
  'ls-files',
  '-z',
  '--others',
  '--ignored',
  '--exclude-standard',
  '--directory',
] as const;

/** What git lists, of a verb with -z. Rejects with CliError where it says no: nothing is sent that it could not judge. */
export async function pathsOf(folder: string, verb: ListVerb, paths?: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await gitIn(folder).run(verb, paths && { paths });
  if (code !== 0) throw unjudged(folder, verb[0], stderr);
  return stdout.split('\0').filter(Boolean);
}

type ListVerb = typeof OWN_FILES | typeof IGNORED_FOLDERS | typeof INDEX;

interface Index {
  /** What a sparse checkout leaves out. */
  readonly absent: ReadonlySet<string>;
  /** Submodules. */
  readonly repositories: readonly string[];
}

export const NO_INDEX: Index = { absent: new Set(), repositories: [] };

/** Lines of `H 100644 <id> 0<tab>path`: S marks what isn't checked out, 160000 another repository's commit. */
export async function indexOf(folder: string): Promise<Index> {
  const entries = (await pathsOf(folder, INDEX)).map((line) => {
    const [about = ''] = line.split('\t', 1);
    const file = line.slice(about.length + 1);
    return { isAbsent: about.startsWith('S '), isRepository: about.includes(' 160000 '), file };
  });
  return {
    absent: new Set(entries.filter(({ isAbsent }) => isAbsent).map(({ file }) => file)),
    repositories: entries.filter(({ isRepository }) => isRepository).map(({ file }) => file),
  };
}

/** How many of some paths git ignores. 0 and 1 are its answers, everything else is none. */
export async function ignoredOf(folder: string, paths: readonly string[]): Promise<number> {
  const input = paths.join('\0');
  const { code, stdout, stderr } = await gitIn(folder).run(['check-ignore', '-z', '--stdin'], { input });
  if (code > 1) throw unjudged(folder, 'check-ignore', stderr);
  return stdout.split('\0').filter(Boolean).length;
}

const unjudged = (folder: string, verb: string, stderr: string): CliError =>
  new CliError(
    `${folder}: ${verb} failed (${stderr.trim().split('\n').at(-1) ?? ''}). Repair the repository first: until then it is not known which files it ignores.`,
  );
