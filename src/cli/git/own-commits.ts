// Which commits that HEAD lacks are one's own all the same: amended, rebased or dropped here, or made elsewhere by the same person.
import { isCommit } from '../../platform/git-facts.js';
import { type Git, gitIn } from './git.js';
import { type PathChange, pathChanges } from './path-changes.js';
import type { GitVersions } from './versions.js';

/** `all`: the branch had it. Else what HEAD lacks of it, as it changed paths. */
type Own = 'all' | 'nothing' | readonly PathChange[];

export class OwnCommits {
  private readonly git: Git;
  private readonly known = new Map<string, Promise<Own>>();

  constructor(private readonly versions: GitVersions) {
    this.git = gitIn(versions.root);
  }

  /**
   * True where HEAD lacks a commit that the branch was at once; or where one's own mail is in all that HEAD lacks of it, of a path or
   * (undefined) of all. Of a commit that isn't here nobody knows. One process of git for each commit, whatever the number of paths.
   */
  async has(commit: string | null | undefined, path?: string): Promise<boolean> {
    const { head } = this.versions;
    if (!commit || !isCommit(commit) || head === undefined) return false;
    const question = `${head} ${commit}`;
    const asked = this.known.get(question) ?? this.ask(head, commit);
    this.known.set(question, asked);
    const own = await asked;
    if (typeof own === 'string') return own === 'all';
    const mail = await this.versions.mail();
    const changes = path === undefined ? own : own.filter((change) => change.path === path);
    return mail !== undefined && changes.length > 0 && changes.every((change) => change.commit.mail === mail);
  }

  private async ask(head: string, commit: string): Promise<Own> {
    const id = await this.git.read(['rev-parse', '--verify', '--quiet'], { names: [`${commit}^{commit}`] });
    // What HEAD has and a version isn't in is somebody's work that was in no commit: it doesn't say whose.
    if (id === undefined || (await this.versions.inHistory([id])).has(id)) return 'nothing';
    if ((await this.pastHeads()).includes(id)) return 'all';
    return pathChanges(this.git, [id, `^${head}`], [], 'own');
  }

  /** Where the branch was; on none, where HEAD was. */
  private async pastHeads(): Promise<readonly string[]> {
    const branch = (await this.git.read(['symbolic-ref', '--quiet'], { names: ['HEAD'] })) ?? 'HEAD';
    const listed = await this.git.read(['log', '--walk-reflogs', '--format=%H'], { names: [branch], paths: [] });
    return (listed ?? '').split('\n');
  }
}
