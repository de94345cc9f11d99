// What git tracks: each file is compared with where our line of work left the trunk, and with production (three-way.ts).
import type { Server } from '../../client/server.js';
import { OwnCommits } from '../git/own-commits.js';
import type { GitVersions } from '../git/versions.js';
import { Behind } from './behind.js';
import { baseOf, type Compared, type Decided, type Rule, type Told } from './judged-file.js';
import { GONE } from './need.js';
import { hasOnTop, replacedVersion } from './replaced.js';
import { LastChanges, type ServerSources } from './server-versions.js';
import { staleFacts } from './stale-facts.js';
import { carriedCommits, staleText } from './stale-text.js';
import { decide, type Decision } from './three-way.js';

export interface RuleParts {
  readonly server: Server;
  readonly ticket: { readonly id: string; readonly key: string };
  readonly git: GitVersions;
}

export class HistoryRule implements Rule {
  readonly isRaw = false;
  private readonly last: LastChanges;
  private readonly own: OwnCommits;
  private readonly behind: Behind;

  constructor(private readonly parts: RuleParts) {
    this.last = new LastChanges(parts.server, parts.ticket.id);
    this.own = new OwnCommits(parts.git);
    this.behind = new Behind(parts.git);
  }

  async decide(files: readonly Compared[], known: ServerSources): Promise<readonly Decided[]> {
    const { git } = this.parts;
    const [begun, head] = await Promise.all([git.atBegin(), git.atHead()]);
    const found = files.map((one) => ({ ...one, begun: begun.get(one.path) ?? null }));
    const asking = found.filter(({ ours, live, change }) => {
      const isOther = change !== undefined && (change.deleted ? ours !== null : change.source !== ours);
      return isOther || (typeof live === 'string' && live !== ours);
    });
    await git.past(
      asking.map(({ path }) => path),
      (path) => {
        const live = found.find((one) => one.path === path)?.live;
        return typeof live !== 'string' || git.hadOnce(path, live);
      },
    );
    const judged = found.map((one): Decided => {
      const isPast = typeof one.live === 'string' && git.hadOnce(one.path, one.live);
      // What git can't read, such as a name of two lines, is compared by its bytes.
      const isRead = one.mark === undefined || one.ours !== null;
      const decision: Decision = isRead ? decide({ ...one, isPast, onTrunk: git.onTrunk }) : { kind: 'unknown' };
      const dirty = (head.get(one.path) ?? null) !== one.ours;
      return { ...one, decision, said: { source: one.ours ?? undefined, base: baseOf(decision, one.live), dirty } };
    });
    return this.besideReleases(judged, known.release);
  }

  /** What git alone says isn't enough where somebody released what isn't here (isStale), or this ticket did from here (isOwn). */
  private async besideReleases(judged: readonly Decided[], release: number): Promise<readonly Decided[]> {
    const { git } = this.parts;
    const asked = judged.filter((one) => one.decision.kind === 'stale' || isOver(one, hasOnTop(git, one)));
    if (asked.length === 0) return judged;
    await this.last.ask(
      asked.map(({ name }) => name),
      release,
    );
    const settled = new Map(await Promise.all(asked.map(async (one) => [one, await this.settled(one)] as const)));
    return judged.map((one) => {
      const decision = settled.get(one) ?? one.decision;
      return decision === one.decision
        ? one
        : { ...one, decision, said: { ...one.said, base: baseOf(decision, one.live) } };
    });
  }

  private async settled(one: Decided): Promise<Decision> {
    const { decision, live, name, path } = one;
    const last = this.last.of(name);
    const replaced = replacedVersion(this.parts.git, one, last);
    if (live === undefined || (decision.kind === 'change' && replaced === undefined)) return decision;
    // What this ticket released from here is no news, though its commit was amended since.
    if (last?.ticket === this.parts.ticket.key && (await this.own.has(last.commit, path)))
      return { kind: 'change', base: live };
    return replaced === undefined ? decision : { kind: 'stale', base: replaced };
  }

  async tell(judged: readonly Decided[], known: ServerSources): Promise<readonly Told[]> {
    const stale = judged.filter(
      ({ decision, name, ours }) => decision.kind === 'stale' && known.given_up[name] !== (ours ?? GONE),
    );
    const over = judged.filter((one) => isOver(one, hasOnTop(this.parts.git, one)));
    const { git, ticket } = this.parts;
    const carried = await carriedCommits({ git, key: ticket.key, lastOf: (name) => this.last.of(name) }, over);
    // After the conflicts, of which the remote is asked.
    return [...(await this.tellStale(stale, known.project)), ...carried, ...(await this.behind.tell(judged))];
  }

  private async tellStale(stale: readonly Decided[], project: string): Promise<readonly Told[]> {
    if (stale.length === 0) return [];
    const { git, ticket } = this.parts;
    await git.fetch();
    const files = stale.map((one) => ({ ...one, last: this.last.of(one.name), key: `@${project}/${one.name}` }));
    const facts = await staleFacts(git, files);
    return files.map((file) => ({ code: 'stale', message: staleText({ git, facts, key: ticket.key }, file) }));
  }
}

/** True of a change that goes over production's version, where `hasMore`: HEAD's history has more than that. */
const isOver = ({ decision, live }: Decided, hasMore: boolean): boolean =>
  decision.kind === 'change' && typeof live === 'string' && hasMore;
