// What is said of files that production has in a version that this clone doesn't know, and of commits that go along.
import { isCommit } from '../../platform/git-facts.js';
import { shell } from '../../platform/in-shell.js';
import type { GitVersions } from '../git/versions.js';
import type { LastChange } from './server-versions.js';
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
  const { name, path, key, live, last } = file;
  const who = last?.ticket ?? 'a direct write';
  const released = last === undefined ? 'somebody' : `${who} (release ${last.release})`;
  const { trunk } = git;
  if (trunk && typeof live === 'string' && (await git.isOnTrunk(path, live)))
    return `${name} is older here than in production: ${released} released what ${trunk.name} has. Bring it in: ${pull(git)}.`;
  const commit = last?.commit && isCommit(last.commit) ? last.commit : undefined;
  if (commit !== undefined && (await git.isInHistory(commit)))
    return `${name} is newer here than in production, where it is as ${released} released it from uncommitted work on ${commit.slice(0, 10)}. If yours is to go over it: ${shell`stamp rebase ${ticket} ${`${key}=mine`}`}.`;
  const from = commit === undefined ? '' : `, from commit ${commit.slice(0, 10)}`;
  return `${name}: production has a version that this clone doesn't have (${released}${from}). Merge it, or say which counts: ${shell`stamp rebase ${ticket} ${`${key}=mine`}`}, or =theirs.`;
}

function pull({ trunk, onTrunk }: GitVersions): string {
  return onTrunk ? 'git pull' : shell`git rebase ${trunk?.name ?? ''}`;
}

interface Over {
  readonly name: string;
  readonly path: string;
  readonly live: Version | undefined;
}

/** Commits that are told of a file. */
const MOST = 3;

/** The commits of others, on the trunk and not in production, that a change of such a file releases along with it. */
export async function carriedCommits(
  git: GitVersions,
  files: readonly Over[],
): Promise<{ readonly code: 'carries'; readonly message: string }[]> {
  const asked = files.filter(({ live }) => typeof live === 'string');
  if (asked.length === 0) return [];
  await git.past(
    asked.map(({ path }) => path),
    () => true,
  );
  const own = await git.mail();
  return asked.flatMap(({ name, path, live }) => {
    const changes = git.pastOf(path);
    const until = changes.findIndex(({ to }) => to === live);
    const since = until < 0 ? [] : changes.slice(0, until);
    const others = new Map(
      since.filter(({ commit }) => !commit.isMerge && commit.mail !== own).map(({ commit }) => [commit.id, commit]),
    );
    if (others.size === 0) return [];
    const said = [...others.values()]
      .slice(0, MOST)
      .map(({ id, author, subject }) => `${id.slice(0, 10)} ${subject.slice(0, 60)} (${author.slice(0, 40)})`);
    const more = others.size > MOST ? ` and ${others.size - MOST} more` : '';
    return [
      {
        code: 'carries' as const,
        message: `${name} carries what others committed and nobody released: ${said.join(', ')}${more}.`,
      },
    ];
  });
}
