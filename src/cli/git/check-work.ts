// What has to be so in git before a ticket is promoted: everything is committed, HEAD descends from the trunk, and the
// ticket's modules come from this line of work. Each refusal says the command that helps.
import { shell } from '../../platform/shell-quote.js';
import { isCommit } from '../../platform/git-facts.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { type Git, gitIn } from './git.js';
import { fetchTrunk } from './fetch-trunk.js';
import { repositoryOf } from './repository.js';
import { heardAgo, findTrunk, type Trunk, trunkRemote } from './trunk.js';

export interface WorkToCheck {
  readonly cwd: string;
  /** The setting: `main`, `upstream/main`. */
  readonly trunk: string | undefined;
  /** Whether the remote is asked for the trunk: `must`: what it doesn't answer is a refusal. */
  readonly fetch: 'never' | 'tries' | 'must';
  /** Hears what isn't checked, or may be old; `isUsual`: outside of repositories there is nothing to check. */
  readonly note: (line: string, isUsual?: boolean) => void;
}

export interface CheckedWork {
  /** Of HEAD. */
  readonly commit: string;
  readonly trunk: string;
}

const OLD_MS = 3_600_000;

/** Undefined where there is nothing to check. Rejects with CliError `refused`. */
export async function checkWork({ cwd, trunk: named, fetch, note }: WorkToCheck): Promise<CheckedWork | undefined> {
  const found = await repositoryOf(cwd);
  if (found.kind === 'none') return void note('Not in a git repository: git is not checked.', true);
  if (found.kind === 'unreadable') throw refused(`${found.why} (${SKIP})`);
  const git = gitIn(cwd);
  const commit = await git.read(['rev-parse', '--verify', '--quiet'], { names: ['HEAD^{commit}'] });
  if (commit === undefined) throw refused('Nothing is committed yet: git add --all && git commit');
  await requireClean(git);
  // Before anybody asks: git notes that, whether there is an answer or not.
  const known = await findTrunk(git, named);
  const ago = known?.remote ? await heardAgo(git, cwd, known, Date.now()) : undefined;
  const isFresh = fetch !== 'never' && (await askRemote(git, named, { must: fetch === 'must', note }));
  const trunk = await findTrunk(git, named);
  if (!trunk) throw await noTrunk(git, named);
  if (trunk.remote && !isFresh) tellAge(trunk, ago, note);
  await requireDescent(git, trunk, commit);
  return { commit, trunk: trunk.name };
}

async function requireClean(git: Git): Promise<void> {
  const { code, stdout, stderr } = await git.run([
    ...(['status', '--porcelain', '-z', '--untracked-files=normal', '--no-renames'] as const),
  ]);
  if (code !== 0) throw refused(`git status failed: ${stderr.trim().split('\n').at(-1) ?? ''} (${SKIP})`);
  const entries = stdout.split('\0').filter(Boolean);
  if (entries.length === 0) return;
  const untracked = entries.filter((entry) => entry.startsWith('??')).map((entry) => entry.slice(3));
  const changed = entries.filter((entry) => !entry.startsWith('??')).map((entry) => entry.slice(3));
  const what = [
    ...(changed.length > 0 ? [`${some(changed)} ${changed.length === 1 ? 'has' : 'have'} changes`] : []),
    ...(untracked.length > 0 ? [`${some(untracked)} ${untracked.length === 1 ? 'is' : 'are'} not tracked by git`] : []),
  ];
  const stash = untracked.length > 0 ? 'git stash --include-untracked' : 'git stash';
  throw refused(
    `The work tree is not clean: ${what.join(', ')}. Commit that (git add --all && git commit), or stash it (${stash}).`,
  );
}

/** `a, b and 3 more` */
const some = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

/** The trunk and nothing else; of a shallow clone with its history. Whether it answered. Rejects with CliError `refused`. */
async function askRemote(
  git: Git,
  named: string | undefined,
  { must, note }: { readonly must: boolean; readonly note: WorkToCheck['note'] },
): Promise<boolean> {
  const known = await findTrunk(git, named);
  if (!known && (await git.read(['remote'])) === '') return false;
  const fetched = await fetchTrunk(git, named, { deeper: await isShallow(git) });
  if (fetched.ok) return true;
  const what = `${known?.name ?? named ?? 'The trunk'} could not be fetched: ${fetched.why}`;
  // Whether there is such a branch is for noTrunk to say.
  if (!known) return false;
  if (must) throw refused(`${what} Try again where the remote can be reached (${SKIP}).`);
  note(`${what} The branch as last fetched is used.`);
  return false;
}

async function noTrunk(git: Git, named: string | undefined): Promise<CliError> {
  const shallow = (await isShallow(git)) ? ' This clone is shallow: git fetch --unshallow may bring it.' : '';
  if (named !== undefined)
    return refused(
      `There is no branch '${named}' here or at ${(await trunkRemote(git, named)) ?? 'a remote'}: git fetch, or correct "trunk" in .stamprc.json.${shallow}`,
    );
  return refused(
    `There is no trunk to compare with (origin/HEAD, main or master): git fetch, or set {"trunk": "develop"} in .stamprc.json.${shallow}`,
  );
}

function tellAge(trunk: Trunk, ago: number | undefined, note: WorkToCheck['note']): void {
  if (ago === undefined) note(`It is not known how old ${trunk.name} is here: --fetch gets it from the remote.`);
  else if (ago > OLD_MS) note(`${trunk.name} was fetched ${hoursOrDays(ago)} ago: --fetch gets it from the remote.`);
}

function hoursOrDays(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  if (hours < 48) return hours === 1 ? 'an hour' : `${hours} hours`;
  return `${Math.round(hours / 24)} days`;
}

async function requireDescent(git: Git, { name, commit: trunk }: Trunk, head: string): Promise<void> {
  const { code } = await git.run(['merge-base', '--is-ancestor'], { names: [trunk, head] });
  if (code === 0) return;
  if (await isShallow(git))
    throw refused(
      `This clone is shallow, so it can't be checked whether HEAD descends from ${name}: git fetch --unshallow`,
    );
  const missing = Number((await git.read(['rev-list', '--count'], { names: [`${head}..${trunk}`] })) ?? 0);
  const commits = missing === 1 ? '1 commit is' : `${missing} commits are`;
  throw refused(`HEAD does not descend from ${name}: ${commits} missing. ${shell`git rebase ${name}`}`);
}

const isShallow = async (git: Git): Promise<boolean> =>
  (await git.read(['rev-parse', '--is-shallow-repository'])) === 'true';

export interface Origin {
  readonly cwd: string;
  /** Of the sources; a path in the work tree. */
  readonly folder: string;
  /** The ticket's. */
  readonly key: string;
  /** The commit that its modules say they come from. */
  readonly commit: string;
  readonly head: string;
}

/**
 * The modules' commit has to be in HEAD's history. An older one will do: what a watch sends before it is committed has the
 * commit that was there then. So will one that was amended or rebased away, where the sources are the same. Rejects with
 * CliError `refused`.
 */
export async function requireOrigin({ cwd, folder, key, commit, head }: Origin): Promise<void> {
  if (!isCommit(commit)) throw refused(`The modules of ${key} name a commit that is not valid (${SKIP})`);
  const git = gitIn(cwd);
  const { code } = await git.run(['merge-base', '--is-ancestor'], { names: [commit, head] });
  if (code === 0) return;
  const same = await git.run(['diff', '--quiet'], { names: [commit, head], paths: [folder] });
  if (same.code === 0) return;
  const short = commit.slice(0, 10);
  throw refused(
    `The modules of ${key} come from commit ${short}, which is not in HEAD's history: send the files here with ${shell`stamp ${key} --update`}, or ${shell`git checkout ${short}`} (${SKIP}).`,
  );
}

export const SKIP = '--no-git-check promotes anyway';

export const refused = (message: string): CliError => new CliError(message, EXIT.refused);
