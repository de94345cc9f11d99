// What git tracks: each file is compared with where our line of work left the trunk, and with production (three-way.ts).
import type { Server } from '../../client/server.js';
import type { GitVersions } from '../git/versions.js';
import { baseOf, type Compared, type Decided, type Rule, type Told } from './judged-file.js';
import { GONE } from './need.js';
import { lastChanges, type ServerSources } from './server-versions.js';
import { carriedCommits, staleText } from './stale-text.js';
import { decide, type Decision } from './three-way.js';

export interface RuleParts {
  readonly server: Server;
  readonly ticket: { readonly id: string; readonly key: string };
  readonly git: GitVersions;
}

export class HistoryRule implements Rule {
  readonly isRaw = false;

  constructor(private readonly parts: RuleParts) {}

  async decide(files: readonly Compared[]): Promise<readonly Decided[]> {
    const { git } = this.parts;
    const [begun, head] = await Promise.all([git.atBegin(), git.atHead()]);
    const found = files.map((one) => ({ ...one, begun: begun.get(one.path) ?? null }));
    const asking = found.filter(({ ours, begun: from, live, change }) => {
      const isOther = change !== undefined && (change.deleted ? ours !== null : change.source !== ours);
      return isOther || (typeof live === 'string' && live !== ours && live !== from);
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
    return this.ownReleases(judged);
  }

  /** What this ticket released itself is no news to whoever works on it, though its commit was amended since. */
  private async ownReleases(judged: readonly Decided[]): Promise<readonly Decided[]> {
    const { server, ticket } = this.parts;
    const stale = judged.filter(({ decision }) => decision.kind === 'stale');
    if (stale.length === 0) return judged;
    const last = await lastChanges(
      server,
      ticket.id,
      stale.map(({ name }) => name),
    );
    return judged.map((one) => {
      const { decision, live, name, said } = one;
      if (decision.kind !== 'stale' || live === undefined || last.get(name)?.ticket !== ticket.key) return one;
      return { ...one, decision: { kind: 'change', base: live }, said: { ...said, base: live } };
    });
  }

  async tell(judged: readonly Decided[], known: ServerSources): Promise<readonly Told[]> {
    const stale = judged.filter(
      ({ decision, name, ours }) => decision.kind === 'stale' && known.given_up[name] !== (ours ?? GONE),
    );
    const over = judged.filter(({ decision, live, begun }) => decision.kind === 'change' && live !== begun);
    const carried = await carriedCommits(this.parts, over);
    return [...(await this.tellStale(stale, known.project)), ...carried];
  }

  private async tellStale(stale: readonly Decided[], project: string): Promise<readonly Told[]> {
    if (stale.length === 0) return [];
    const { git, server, ticket } = this.parts;
    await git.fetch();
    const last = await lastChanges(
      server,
      ticket.id,
      stale.map(({ name }) => name),
    );
    return Promise.all(
      stale.map(async (one) => {
        const file = { ...one, last: last.get(one.name), key: `@${project}/${one.name}` };
        return { code: 'stale' as const, message: await staleText(git, file, ticket.key) };
      }),
    );
  }
}
