// What is said of files that production has in a version that this clone doesn't know, and of commits that go along.
import { isCommit } from '../../platform/git-facts.js';
import { shell, words } from '../../platform/shell-quote.js';
import { type CommitFacts, distinct, type PathChange } from '../git/path-changes.js';
import { checkedRevert } from '../git/revert-line.js';
import type { GitVersions } from '../git/versions.js';
import { firstNames, MOST_NAMED } from '../words/first-names.js';
import { replacedVersion } from './replaced.js';
import type { LastChange } from './server-versions.js';
import type { ConflictingFile, StaleFacts } from './stale-facts.js';
import type { Version } from './three-way.js';

export interface StaleFile extends ConflictingFile {
  readonly name: string;
  /** The key that a rebase names. */
  readonly key: string;
}

interface StaleParts {
  readonly git: GitVersions;
  /** Of all files that are told of. */
  readonly facts: StaleFacts;
  /** The ticket's. */
  readonly key: string;
}

/** One of three: production is newer, and the trunk has it; it is older; or nobody here knows. Each with the next step. */
export function staleText({ git, facts, key }: StaleParts, file: StaleFile): string {
  const { name, path, last } = file;
  const { trunk } = git;
  const mine = shell`stamp rebase ${key} ${`${file.key}=mine`}`;
  if (last && replacedVersion(git, file, last) !== undefined) return replacedText(file, last, mine);
  if (trunk && facts.isOnTrunk(path))
    return `${name} is older here than in production: ${releasedBy(last)} released what ${trunk.name} has. Get it: ${pull(git)}.`;
  const commit = last?.commit && isCommit(last.commit) ? last.commit : undefined;
  if (last && commit !== undefined && facts.has(commit)) return olderText(facts, file, { last, commit, mine });
  const from = commit === undefined ? '' : `, from commit ${commit.slice(0, 10)}`;
  return `${name}: production has a version that this clone does not have (${releasedBy(last)}${from}). Merge it, or choose one: ${mine}, or =theirs.`;
}

/** Production went back to an earlier version: what is on top of that here was released, and replaced. */
function replacedText({ name }: StaleFile, last: LastChange, mine: string): string {
  const { commit } = last;
  const merge =
    commit && isCommit(commit) ? `merge its commit ${commit.slice(0, 10)}` : 'merge its commit, where there is one';
  return `${name} is newer here than in production, but that was released before: ${releasedBy(last)} went back to an earlier version. To keep that, ${merge}; to restore yours: ${mine}, or =theirs.`;
}

const releasedBy = (last: LastChange | undefined): string =>
  last === undefined ? 'another change' : `${last.ticket ?? 'a direct write'} (release ${last.release})`;

function pull({ trunk, onTrunk }: GitVersions): string {
  return onTrunk ? 'git pull' : shell`git rebase ${trunk?.name ?? ''}`;
}

/** Production lacks what git has: a ticket that was taken back, or what was committed after a release of uncommitted work. */
function olderText(
  facts: StaleFacts,
  { name, path }: StaleFile,
  { last, commit, mine }: { readonly last: LastChange; readonly commit: string; readonly mine: string },
): string {
  if (last.taken_back)
    return `${name} is newer here than in production, which is older by ${last.ticket ?? 'a deleted ticket'}: release ${last.release} reverted it. ${settle(last, revertIn(last))} To replace production's version with yours: ${mine}.`;
  const since = facts.since(path, commit);
  const said = `${name} is newer here than in production, where it is as ${releasedBy(last)} released it from uncommitted work on ${commit.slice(0, 10)}.`;
  const behind = since.length === 0 ? '' : ` Not released since: ${named(since)}. ${settle(last, revertOf(since))}`;
  return `${said}${behind} To replace it with yours: ${mine}.`;
}

/** The two ways to make git and production agree: release the ticket, or take its commits back. */
function settle({ ticket }: Pick<LastChange, 'ticket'>, revert: string | undefined): string {
  const back = revert ?? 'git revert with its commits';
  return ticket === null
    ? `Release it again, or revert it in git as well: ${back}.`
    : `Release ${ticket} again (${shell`stamp why ${ticket}`} shows what it needs), or revert it in git as well: ${back}.`;
}

const revertIn = ({ git_revert: line }: LastChange): string | undefined =>
  line === null ? undefined : checkedRevert(line);

/** Of all that are named; none where there are more. */
const revertOf = (commits: readonly CommitFacts[]): string | undefined =>
  commits.length > MOST_NAMED ? undefined : shell`git revert ${words(commits.map(({ id }) => id))}`;

interface Over {
  readonly name: string;
  readonly path: string;
  readonly live: Version | undefined;
}

interface Carried {
  readonly code: 'carries';
  readonly message: string;
}

interface CarriedParts {
  readonly git: GitVersions;
  /** Of the ticket. */
  readonly key: string;
  /** Who released a file last. */
  readonly lastOf: (name: string) => LastChange | undefined;
}

/**
 * The commits that a change of a file releases along with it: those of others that nobody released; and all of what another ticket
 * released and was taken back, one's own too.
 */
export async function carriedCommits(
  { git, key, lastOf }: CarriedParts,
  files: readonly Over[],
): Promise<readonly Carried[]> {
  const own = await git.mail();
  return files.flatMap((file): Carried[] => {
    const { name } = file;
    const last = lastOf(name);
    const isTakenBack = last?.taken_back === true && last.ticket !== key;
    const isTold = ({ commit, to }: PathChange): boolean =>
      commit.mail !== own || (isTakenBack && to !== null && last.before.includes(to));
    const commits = distinct(
      changesSince(git, file)
        .filter(isTold)
        .map(({ commit }) => commit),
    );
    if (commits.length === 0) return [];
    const message = isTakenBack
      ? `${name} has commits that production no longer has: ${named(commits)}. Release ${last.release} reverted ${last.ticket ?? 'it'}. ${settle(last, revertIn(last))}`
      : `${name} has commits of others that were not released: ${named(commits)}. Release their ticket first, or revert them in git: ${revertOf(commits) ?? 'git revert with its commits'}.`;
    return [{ code: 'carries', message }];
  });
}

/** Since the path was as production has it. */
function changesSince(git: GitVersions, { path, live }: Over): PathChange[] {
  const changes = git.pastOf(path);
  const until = typeof live === 'string' ? changes.findIndex(({ to }) => to === live) : -1;
  return changes.slice(0, Math.max(until, 0)).filter(({ commit }) => !commit.isMerge);
}

const named = (commits: readonly CommitFacts[]): string =>
  firstNames(
    commits.map(({ id, author, subject }) => `${id.slice(0, 10)} ${subject.slice(0, 60)} (${author.slice(0, 40)})`),
  );
