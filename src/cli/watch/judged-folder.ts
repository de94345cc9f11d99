// A folder in a repository, judged file by file (judge.ts): those that are here, and those that production or the ticket has.
import fs from 'node:fs/promises';
import path from 'node:path';
import { Judge, type JudgeParts, type Plan } from './judge.js';
import type { Asked } from './judged-file.js';
import type { Delivered } from './sender.js';
import { isWithin, slashed } from './key-names.js';
import { isModule, isHidden, type SourceFolder } from './source-files.js';

export class JudgedFolder {
  private constructor(
    private readonly source: SourceFolder,
    private readonly judge: Judge,
    private readonly git: JudgeParts['git'],
    /** What stands before paths below the folder, from the root of the repository. */
    private readonly below: string,
  ) {}

  /** Undefined where the server doesn't know of versions. */
  static async open(source: SourceFolder, root: string, parts: JudgeParts): Promise<JudgedFolder | undefined> {
    const judge = await Judge.open(parts);
    return judge && new JudgedFolder(source, judge, parts.git, pathBelow(root, source.folder));
  }

  /** Of all that there is; `isFirst`: what was read when it was opened will do. */
  async planAll(listed: ReadonlySet<string>, { isFirst }: { readonly isFirst: boolean }): Promise<Plan> {
    if (!isFirst) await this.judge.refresh();
    const { prefix } = this.source.names;
    const elsewhere = this.judge
      .names()
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter((file) => isModule(file) && !isHidden(file) && !listed.has(file));
    const [here, others] = [await this.marked([...listed].sort()), await this.gone(elsewhere)];
    return this.judge.plan([...here, ...others], listed.size === 0);
  }

  /** Of some files, as production was when somebody looked last: the server says it where that has changed. */
  async planSome(files: readonly string[]): Promise<Plan> {
    await this.git.refresh();
    const wanted = new Set(await this.source.wanted(files));
    const here = await this.marked(await this.plain([...wanted]));
    const others = files.filter((file) => !wanted.has(file));
    return this.judge.plan([...here, ...(await this.gone(others))]);
  }

  /** The ticket has it so now. */
  delivered({ sent, gone, rebased, unchanged }: Delivered): void {
    for (const { file, name, said } of sent) if (said) this.judge.sent(file, name, said);
    for (const { file, name, said } of gone) if (said) this.judge.sent(file, name, said, true);
    // A deletion has no source.
    for (const { file, name, said } of rebased) if (said) this.judge.sent(file, name, said, said.source === undefined);
    for (const { name } of unchanged) this.judge.withdrawn(name);
  }

  private async marked(files: readonly string[]): Promise<Asked[]> {
    const marks = await Promise.all(files.map((file) => markOf(this.source.pathOf(file))));
    const asked = files.map((file, index) => this.asked(file, marks[index]));
    const missing = asked.filter(({ mark }) => mark === undefined);
    return [...asked.filter(({ mark }) => mark !== undefined), ...(await this.gone(missing.map(({ file }) => file)))];
  }

  /** Those of some files that aren't here for git, and should be: neither links, nor left out of the checkout. */
  private async gone(files: readonly string[]): Promise<Asked[]> {
    if (files.length === 0) return [];
    const [missing, left] = [await this.plain(files), await this.git.notCheckedOut()];
    return missing.map((file) => this.asked(file, undefined)).filter((one) => !left.has(one.path));
  }

  /** Those that are no links, and lie behind none. */
  private async plain(files: readonly string[]): Promise<string[]> {
    const linked = await Promise.all(files.map((file) => this.source.isLinked(file)));
    return files.filter((_file, index) => !linked[index]);
  }

  private asked(file: string, mark: string | undefined): Asked {
    return { file, name: this.source.nameOf(file), path: this.below + file, mark };
  }
}

function pathBelow(root: string, folder: string): string {
  if (!isWithin(root, folder)) throw new Error(`${folder} is not in ${root}.`);
  const below = slashed(path.relative(root, folder));
  return below && `${below}/`;
}

/** Undefined for what is no file; a link is none. */
export async function markOf(file: string): Promise<string | undefined> {
  const found = await fs.lstat(file).catch(() => undefined);
  return found?.isFile() ? `${found.mtimeMs} ${found.size} ${found.ino}` : undefined;
}
