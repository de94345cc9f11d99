// Which versions of a folder's files a clone has: in the work tree as git would store them, where our line of work left the
// trunk, at HEAD, and in HEAD's history. Each question is one process of git, whatever the number of files.
import { commitsWithin } from './commits-within.js';
import { fetchTrunk } from './fetch-trunk.js';
import { type Git, gitIn } from './git.js';
import { type Hashed, hashedFiles } from './hashed-files.js';
import { byPath, type PathChange, pathChanges } from './path-changes.js';
import { findTrunk, type Trunk } from './trunk.js';

/** By path from the repository's root: git's ids. */
export type Versions = ReadonlyMap<string, string>;

interface Line {
  readonly head: string;
  readonly trunk: Trunk | undefined;
  /** Where HEAD left the trunk; undefined where there is none: then everything here is ours. */
  readonly begun: string | undefined;
  readonly onTrunk: boolean;
}

export class GitVersions {
  private readonly git: Git;
  private line: Line | undefined;
  private readonly trees = new Map<string, Promise<Versions>>();
  private readonly pasts = new Map<string, readonly PathChange[]>();
  private hasDeepened = false;
  private mailed: Promise<string | undefined> | undefined;

  private constructor(
    readonly root: string,
    /** From the root, with `/` at its end; empty for all of it. */
    private readonly folder: string,
    private readonly named: string | undefined,
    /** Hears what could not be asked. */
    private readonly note: (line: string) => void,
  ) {
    this.git = gitIn(root);
  }

  static async open(
    root: string,
    folder: string,
    options: { readonly trunk: string | undefined; readonly note: (line: string) => void },
  ): Promise<GitVersions> {
    const versions = new GitVersions(root, folder, options.trunk, options.note);
    await versions.refresh();
    return versions;
  }

  /** Looks where HEAD is. Answers whether it moved. */
  async refresh(): Promise<boolean> {
    this.mailed = undefined;
    const head = await this.git.read(['rev-parse', '--verify', '--quiet'], { names: ['HEAD^{commit}'] });
    let trunk = await findTrunk(this.git, this.named);
    if (!trunk && !this.hasDeepened && (await this.isShallow())) trunk = await this.deepen();
    if (head === this.line?.head && trunk?.commit === this.line?.trunk?.commit) return false;
    this.line = head === undefined ? undefined : await this.lineAt(head, trunk);
    this.trees.clear();
    this.pasts.clear();
    return true;
  }

  /** Undefined before there is a commit. */
  get head(): string | undefined {
    return this.line?.head;
  }

  get trunk(): Trunk | undefined {
    return this.line?.trunk;
  }

  /** Where nothing is committed, everything here is new. */
  get onTrunk(): boolean {
    return this.line?.onTrunk ?? true;
  }

  atHead(): Promise<Versions> {
    return this.tree(this.line?.head);
  }

  /** Where HEAD left the trunk; undefined where there is none. */
  get begun(): string | undefined {
    return this.line?.begun;
  }

  atBegin(): Promise<Versions> {
    return this.tree(this.line?.begun);
  }

  /** As git would store them, or with `isRaw` as they are. */
  inWorkTree(paths: readonly string[], { isRaw = false } = {}): Promise<Hashed> {
    return hashedFiles(this.git, this.root, paths, isRaw);
  }

  /** Files that are not checked out. */
  async notCheckedOut(): Promise<ReadonlySet<string>> {
    const listed = (await this.git.read(['ls-files', '-t', '-z'], this.paths())) ?? '';
    return new Set(listed.split('\0').flatMap((line) => (line.startsWith('S ') ? [line.slice(2)] : [])));
  }

  /** How some paths changed in HEAD's history, the newest first. Of a shallow clone the rest is fetched where it is needed. */
  async past(paths: readonly string[], isEnough: (path: string) => boolean): Promise<readonly PathChange[]> {
    const head = this.line?.head;
    if (head === undefined || paths.length === 0) return [];
    const fresh = paths.filter((path) => !this.pasts.has(path));
    await this.readPast(head, fresh);
    if (!paths.every(isEnough) && !this.hasDeepened && (await this.isShallow())) {
      await this.deepen();
      this.pasts.clear();
      await this.refresh();
      await this.readPast(head, paths);
    }
    return paths.flatMap((path) => this.pasts.get(path) ?? []);
  }

  /** What is known of a path's past. */
  hadOnce(path: string, id: string): boolean {
    return this.pasts.get(path)?.some((change) => change.to === id || change.from === id) ?? false;
  }

  /** True where it was deleted once. */
  lackedOnce(path: string): boolean {
    return this.pasts.get(path)?.some((change) => change.to === null) ?? false;
  }

  pastOf(path: string): readonly PathChange[] {
    return this.pasts.get(path) ?? [];
  }

  /** The trunk's commit as the remote has it now, where somebody asked since we looked where HEAD is. */
  async trunkNow(): Promise<string | undefined> {
    const trunk = this.line?.trunk;
    return trunk && ((await findTrunk(this.git, this.named))?.commit ?? trunk.commit);
  }

  /** Whose commits are one's own; undefined where git wasn't told. */
  mail(): Promise<string | undefined> {
    return (this.mailed ??= this.git.read(['config', 'user.email']));
  }

  /** Those of some commits that HEAD's history has; of a shallow clone the rest is fetched where it is needed. */
  async having(commits: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.inHistory(commits);
    if (commits.every((commit) => found.has(commit)) || this.hasDeepened || !(await this.isShallow())) return found;
    await this.deepen();
    await this.refresh();
    return this.inHistory(commits);
  }

  /** The same of what is here. */
  async inHistory(commits: readonly string[]): Promise<ReadonlySet<string>> {
    return commitsWithin(this.git, this.line?.head, commits);
  }

  /** False where something is in no commit, and before there is one. */
  async isClean(): Promise<boolean> {
    const { code, stdout } = await this.git.run(['status', '--porcelain', '-z', '--untracked-files=normal']);
    return this.line !== undefined && code === 0 && stdout === '';
  }

  /** Asks the remote for the trunk. Whether it answered. */
  async fetch(): Promise<boolean> {
    const trunk = this.line?.trunk;
    if (!trunk) return false;
    const fetched = await fetchTrunk(this.git, this.named);
    if (!fetched.ok)
      this.note(`${trunk.name} could not be fetched: ${fetched.why} The branch as last fetched is used.`);
    return fetched.ok;
  }

  private async readPast(head: string, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const found = byPath(await pathChanges(this.git, [head], paths));
    for (const path of paths) this.pasts.set(path, found.get(path) ?? []);
  }

  private async deepen(): Promise<Trunk | undefined> {
    this.hasDeepened = true;
    const fetched = await fetchTrunk(this.git, this.named, { deeper: true });
    if (!fetched.ok)
      this.note(`This clone is shallow, and its history could not be fetched: ${fetched.why} git fetch --unshallow`);
    return findTrunk(this.git, this.named);
  }

  private async isShallow(): Promise<boolean> {
    return (await this.git.read(['rev-parse', '--is-shallow-repository'])) === 'true';
  }

  private async lineAt(head: string, trunk: Trunk | undefined): Promise<Line> {
    if (!trunk) return { head, trunk, begun: undefined, onTrunk: true };
    const begun = (await this.git.read(['merge-base'], { names: [head, trunk.commit] })) ?? head;
    const branch = await this.git.read(['symbolic-ref', '--short', '--quiet'], { names: ['HEAD'] });
    return { head, trunk, begun, onTrunk: branch === undefined ? begun === head : branch === trunk.branch };
  }

  private tree(commit: string | undefined): Promise<Versions> {
    if (commit === undefined) return Promise.resolve(new Map<string, string>());
    const known = this.trees.get(commit) ?? this.readTree(commit);
    this.trees.set(commit, known);
    return known;
  }

  private async readTree(commit: string): Promise<Versions> {
    const listed = await this.git.read(['ls-tree', '-r', '-z', '--full-tree'], { names: [commit], ...this.paths() });
    const entries = (listed ?? '').split('\0').map((line) => /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []);
    return new Map(entries.flatMap(([, id, path]) => (id !== undefined && path ? [[path, id] as const] : [])));
  }

  private paths(): { readonly paths?: readonly string[] } {
    return this.folder === '' ? {} : { paths: [this.folder] };
  }
}
