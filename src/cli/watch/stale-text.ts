// What is said of files that production has in a version that this clone doesn't know, and of commits that go along.
import { isCommit } from '../../platform/git-facts.js';
import { shell, words } from '../../platform/shell-quote.js';
import type { Server } from '../../client/server.js';
import { type CommitFacts, distinct } from '../git/path-changes.js';
import { checkedRevert } from '../git/revert-line.js';
import type { GitVersions } from '../git/versions.js';
import { type LastChange, lastChanges } from './server-versions.js';
import type { Version } from './three-way.js';

export interface StaleFile {
  readonly name: string;
  readonly path: string;
  /** The key that a rebase names. */
  readonly key: string;
  readonly live: Version | undefined;
  readonly last: LastChange | undefined;
}

/** One of three: production is newer, and the trunk has it; it is older; or nobody here knows. Each with the next step. */
export async function staleText(git: GitVersions, file: StaleFile, ticket: string): Promise<string> {
  const { name, path, live, last } = file;
  const { trunk } = git;
  if (trunk && typeof live === 'string' && (await git.isOnTrunk(path, live)))
    return `${name} is older here than in production: ${releasedBy(last)} released what ${trunk.name} has. Bring it in: ${pull(git)}.`;
  const commit = last?.commit && isCommit(last.commit) ? last.commit : undefined;
  const mine = shell`stamp rebase ${ticket} ${`${file.key}=mine`}`;
  if (last && commit !== undefined && (await git.isInHistory(commit)))
    return olderText(git, file, { last, commit, mine });
  const from = commit === undefined ? '' : `, from commit ${commit.slice(0, 10)}`;
  return `${name}: production has a version that this clone doesn't have (${releasedBy(last)}${from}). Merge it, or choose one: ${mine}, or =theirs.`;
}

const releasedBy = (last: LastChange | undefined): string =>
  last === undefined ? 'somebody' : `${last.ticket ?? 'a direct write'} (release ${last.release})`;

function pull({ trunk, onTrunk }: GitVersions): string {
  return onTrunk ? 'git pull' : shell`git rebase ${trunk?.name ?? ''}`;
}

/** Production lacks what git has: a ticket that was taken back, or what was committed after a release of uncommitted work. */
async function olderText(
  git: GitVersions,
  { name, path }: StaleFile,
  { last, commit, mine }: { readonly last: LastChange; readonly commit: string; readonly mine: string },
): Promise<string> {
  if (last.taken_back)
    return `${name} is newer here than in production, which is older by ${last.ticket ?? 'a ticket that is gone'}: release ${last.release} took it back. ${settle(last, revertIn(last))} If yours is to go over what production has: ${mine}.`;
  const since = await git.trunkChanges(path, commit);
  const said = `${name} is newer here than in production, where it is as ${releasedBy(last)} released it from uncommitted work on ${commit.slice(0, 10)}.`;
  const behind = since.length === 0 ? '' : ` Nobody released since: ${named(since)}. ${settle(last, revertOf(since))}`;
  return `${said}${behind} If yours is to go over it: ${mine}.`;
}

/** The two ways to make git and production agree: release the ticket, or take its commits back. */
function settle({ ticket }: Pick<LastChange, 'ticket'>, revert: string | undefined): string {
  const back = revert ?? 'git revert with its commits';
  return ticket === null
    ? `Release it again, or take it back in git as well: ${back}.`
    : `Release ${ticket} again (${shell`stamp why ${ticket}`} says what it needs), or take it back in git as well: ${back}.`;
}

const revertIn = ({ git_revert: line }: LastChange): string | undefined =>
  line === null ? undefined : checkedRevert(line);

const revertOf = (commits: readonly CommitFacts[]): string | undefined =>
  commits.length > MOST ? undefined : shell`git revert ${words(commits.map(({ id }) => id))}`;

interface Over {
  readonly name: string;
  readonly path: string;
  readonly live: Version | undefined;
}

/** Commits that are told of a file. */
const MOST = 3;

interface Carried {
  readonly code: 'carries';
  readonly message: string;
}

/** The commits of others, on the trunk and not in production, that a change of such a file releases along with it. */
export async function carriedCommits(
  {
    git,
    server,
    ticket,
  }: { readonly git: GitVersions; readonly server: Server; readonly ticket: { readonly id: string } },
  files: readonly Over[],
): Promise<readonly Carried[]> {
  const asked = files.filter(({ live }) => typeof live === 'string');
  if (asked.length === 0) return [];
  await git.past(
    asked.map(({ path }) => path),
    () => true,
  );
  const own = await git.mail();
  const found = asked
    .map(({ name, path, live }) => ({ name, others: othersSince(git, path, { live, own }) }))
    .filter(({ others }) => others.length > 0);
  const last = await lastChanges(
    server,
    ticket.id,
    found.map(({ name }) => name),
  );
  return found.map(({ name, others }) => {
    const carries = `${name} carries what others committed and nobody released: ${named(others)}.`;
    const taken = last.get(name);
    const more = taken?.taken_back
      ? `Release ${taken.release} took ${taken.ticket ?? 'it'} back. ${settle(taken, revertIn(taken))}`
      : `Release their ticket first, or take it back in git: ${revertOf(others) ?? 'git revert with its commits'}.`;
    return { code: 'carries', message: `${carries} ${more}` };
  });
}

function othersSince(
  git: GitVersions,
  path: string,
  { live, own }: { readonly live: Version | undefined; readonly own: string | undefined },
): CommitFacts[] {
  const changes = git.pastOf(path);
  const until = changes.findIndex(({ to }) => to === live);
  const since = until < 0 ? [] : changes.slice(0, until);
  return distinct(since.map(({ commit }) => commit)).filter(({ isMerge, mail }) => !isMerge && mail !== own);
}

function named(commits: readonly CommitFacts[]): string {
  const said = commits
    .slice(0, MOST)
    .map(({ id, author, subject }) => `${id.slice(0, 10)} ${subject.slice(0, 60)} (${author.slice(0, 40)})`);
  return `${said.join(', ')}${commits.length > MOST ? ` and ${commits.length - MOST} more` : ''}`;
}
