// What a build makes, in a folder that git ignores as a whole and that somebody named: it has no history, so it is sent as it is
// and compared with production as that was when all of the folder was sent last. Each file is marked with HEAD, and with whether
// something was in no commit, for the promotion to ask about (git/built-sources.ts).
import { isCommit } from '../../platform/git-facts.js';
import { OwnCommits } from '../git/own-commits.js';
import { firstNames } from '../words/first-names.js';
import type { RuleParts } from './history-rule.js';
import { baseOf, type Compared, type Decided, type Rule, type Told } from './judged-file.js';
import { GONE } from './need.js';
import { type LastChange, LastChanges, type ServerSources } from './server-versions.js';
import type { Decision, Version } from './three-way.js';

export interface Built {
  readonly ours: Version;
  readonly live: Version | undefined;
  /** HEAD has the commit that production's version was made from, or nobody ever released the file. */
  readonly isKnown: boolean;
  /** The folder has no modules at all: then nothing is taken out of production. */
  readonly isEmpty: boolean;
  /** A rebase gave this version up. */
  readonly isGivenUp: boolean;
}

/**
 * What production has from a commit that HEAD lacks may be merged under another one: a build's file goes over it as it always
 * did, where the server finds no such version in production's past, and what only production has stays.
 */
export function decideBuilt({ ours, live, isKnown, isEmpty, isGivenUp }: Built): Decision {
  if (live === undefined) return { kind: 'unknown' };
  if (ours === live) return { kind: 'same' };
  if (isGivenUp) return { kind: 'none' };
  if (ours === null && (isEmpty || !isKnown)) return { kind: 'none' };
  return { kind: 'change', base: isKnown ? live : undefined };
}

export class BuildRule implements Rule {
  readonly isRaw = true;
  private readonly last: LastChanges;
  private readonly own: OwnCommits;
  private readonly has = new Map<string, boolean>();

  constructor(private readonly parts: RuleParts) {
    this.last = new LastChanges(parts.server, parts.ticket.id);
    this.own = new OwnCommits(parts.git);
  }

  async decide(files: readonly Compared[], known: ServerSources, isEmpty: boolean): Promise<readonly Decided[]> {
    const { git } = this.parts;
    const differing = files.filter(({ ours, live }) => live !== undefined && ours !== live);
    const [isClean] = await Promise.all([
      git.isClean(),
      this.last.ask(
        differing.map(({ name }) => name),
        known.release,
      ),
    ]);
    const commits = await this.commitsHere();
    return files.map((one): Decided => {
      const { ours, live, name } = one;
      const isKnown = this.isKnown(name, commits);
      const isGivenUp = known.given_up[name] === (ours ?? GONE);
      // What git can't read, such as a name of two lines, is compared by its bytes.
      const isRead = one.mark === undefined || ours !== null;
      const decision = decideBuilt({ ours, live: isRead ? live : undefined, isKnown, isEmpty, isGivenUp });
      const said = { source: ours ?? undefined, base: baseOf(decision, live), dirty: !isClean, built: git.head };
      return { ...one, begun: live ?? null, decision, said };
    });
  }

  async tell(judged: readonly Decided[]): Promise<readonly Told[]> {
    const commits = await this.commitsHere();
    const over = judged.filter(({ decision, live, name }) => {
      const isOver = decision.kind === 'change' && typeof live === 'string';
      return isOver && !this.isKnown(name, commits);
    });
    const releases = new Map<string, string[]>();
    for (const { name } of over) {
      const from = saidOf(this.last.of(name));
      releases.set(from, [...(releases.get(from) ?? []), name]);
    }
    return [...releases].map(([from, names]) => ({
      code: 'behind' as const,
      message: `Production has ${firstNames(names)} from ${from}: unless that was merged as another commit, this build reverts it. Merge it, then build again.`,
    }));
  }

  /** The commits that HEAD has, of what was asked; and those that are one's own (own-commits.ts). */
  private async commitsHere(): Promise<ReadonlySet<string>> {
    const here = new Set<string>();
    const { git, ticket } = this.parts;
    const question = (commit: string): string => `${git.head ?? ''} ${commit}`;
    const all = this.last
      .all()
      .flatMap(({ commit, ticket: by }) => (commit && isCommit(commit) ? [{ commit, by }] : []));
    const questions = [...new Set(all.map(({ commit }) => commit))].filter((commit) => !this.has.has(question(commit)));
    const having = await git.having(questions);
    for (const commit of questions) this.has.set(question(commit), having.has(commit));
    for (const { commit, by } of all) {
      // What this ticket released from here is known, though its commit was amended since.
      if (this.has.get(question(commit)) || (by === ticket.key && (await this.own.has(commit)))) here.add(commit);
    }
    return here;
  }

  private isKnown(name: string, commits: ReadonlySet<string>): boolean {
    if (!this.last.wasAsked(name)) return false;
    const last = this.last.of(name);
    return last === undefined || (last.commit !== null && commits.has(last.commit));
  }
}

function saidOf(last: LastChange | undefined): string {
  if (last === undefined) return 'a release';
  const who = `${last.ticket ?? 'a direct write'} (release ${last.release})`;
  if (last.commit === null) return `${who}, whose commit is not known`;
  return `${who}, commit ${last.commit.slice(0, 10)}, which HEAD does not have`;
}
