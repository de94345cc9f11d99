// What git knows of a folder: where a change comes from, and which files are nobody's. Without git, or outside of a
// repository, nothing is known, and nothing fails.
import { GIT_CHECKS } from '../../platform/git-facts.js';
import { type Git, gitIn } from '../git/git.js';
import { trunkRemote } from '../git/trunk.js';

/** Of an upload, as the server keeps it with the revision. */
export interface Provenance {
  readonly git_remote?: string;
  readonly git_branch?: string;
  readonly git_commit?: string;
}

/** What git prints; undefined where it isn't there or says no. */
const askGit = (cwd: string, ...asked: Parameters<Git['read']>): Promise<string | undefined> =>
  gitIn(cwd)
    .read(...asked)
    .catch(() => undefined);

const lineOf = async (cwd: string, ...asked: Parameters<Git['read']>): Promise<string | undefined> =>
  (await askGit(cwd, ...asked))?.trim() || undefined;

/** The branch's name; undefined on none. */
export const branchOf = (folder: string): Promise<string | undefined> =>
  lineOf(folder, ['symbolic-ref', '--short', '--quiet'], { names: ['HEAD'] });

export const mailOf = (folder: string): Promise<string | undefined> => lineOf(folder, ['config', 'user.email']);

/** Asked for when something is saved, so that it is there when that is sent. */
export class GitFacts {
  private known: Promise<Provenance>;

  constructor(private readonly folder: string) {
    this.known = provenanceOf(folder);
  }

  refresh(): void {
    this.known = provenanceOf(this.folder);
  }

  now(): Promise<Provenance> {
    return this.known;
  }
}

async function provenanceOf(folder: string): Promise<Provenance> {
  const [commit, branch, remote] = await Promise.all([
    lineOf(folder, ['rev-parse', '--verify', '--quiet'], { names: ['HEAD'] }),
    branchOf(folder),
    remoteOf(folder),
  ]);
  const found = { git_remote: remote && withoutSecrets(remote), git_branch: branch, git_commit: commit };
  return Object.fromEntries(
    Object.entries(found).filter(
      ([name, text]) => text !== undefined && GIT_CHECKS[name as keyof Provenance](text) === undefined,
    ),
  );
}

async function remoteOf(folder: string): Promise<string | undefined> {
  const name = await trunkRemote(gitIn(folder), undefined).catch(() => undefined);
  return name === undefined ? undefined : lineOf(folder, ['remote', 'get-url'], { names: [name] });
}

/** Of somebody who logs in by ssh, such as `git` or `alice`: tokens are longer, or of other letters. */
const isName = (user: string): boolean => /^[a-z][a-z0-9.-]{0,15}$/i.test(user);

/** A token may be in a remote as the user or the password: `https://me:token@host/repository`, `token@host:repository`. */
function withoutSecrets(remote: string): string {
  const [, user] = /^([^@/]*)@/.exec(remote) ?? [];
  if (!/^\w+:\/\//.test(remote)) return user === undefined || isName(user) ? remote : remote.slice(user.length + 1);
  if (!URL.canParse(remote)) return '';
  const url = new URL(remote);
  if (url.protocol.startsWith('http') || !isName(url.username)) url.username = '';
  url.password = '';
  return url.href;
}
