// What the files of a folder are to a ticket: each is compared with git's history and with production (three-way.ts), and
// what follows is compared with what the ticket has already.
import type { Server } from '../../client/server.js';
import type { GitVersions, Versions } from '../git/versions.js';
import { GONE, isVersion, type Need, needOf, type Said } from './need.js';
import { lastChanges, readSources, type ServerSources, type TicketChange } from './server-versions.js';
import { carriedCommits, type StaleFile, staleText } from './stale-text.js';
import { decide, type Decision, type Version } from './three-way.js';

export interface Plan {
  readonly send: ReadonlyMap<string, Said>;
  readonly gone: ReadonlyMap<string, Said>;
  /** Their bytes are there; what they are based on has changed. */
  readonly rebased: ReadonlyMap<string, Said>;
  /** No changes any more. */
  readonly unchanged: readonly string[];
  /** Nothing is known to compare them with: the bytes are, as they were sent before. */
  readonly unknown: readonly string[];
  readonly here: ReadonlySet<string>;
  /** What goes with any file that is here. */
  readonly said: ReadonlyMap<string, Said>;
  readonly told: readonly { readonly code: 'stale' | 'carries'; readonly message: string }[];
}

/** A file of the folder, as the judge is asked about it. */
export interface Asked {
  readonly file: string;
  /** What the server calls it. */
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  /** Changes with the file; undefined where it isn't here. */
  readonly mark: string | undefined;
}

export interface JudgeParts {
  readonly server: Server;
  readonly ticket: { readonly id: string; readonly key: string };
  readonly git: GitVersions;
  /** What the names of the folder's files begin with. */
  readonly prefix: string;
  /** True of a file that was sent from here, and which nobody else changed since. */
  readonly isOurs: (file: string) => boolean;
}

interface Judged extends Asked {
  readonly ours: Version;
  readonly begun: Version;
  readonly live: Version | undefined;
  readonly decision: Decision;
  readonly said: Said;
}

export class Judge {
  private readonly sentFrom = new Map<string, string>();
  private readonly read = new Map<string, { readonly mark: string; readonly id: string }>();

  private constructor(
    private readonly parts: JudgeParts,
    private known: ServerSources,
  ) {}

  /** Undefined where the server doesn't know of versions. */
  static async open(parts: JudgeParts): Promise<Judge | undefined> {
    const known = await readSources(parts.server, parts.ticket.id, parts.prefix);
    return known && new Judge(parts, known);
  }

  /** Asks the server and git again. */
  async refresh(): Promise<void> {
    const { server, ticket, prefix, git } = this.parts;
    this.known = (await readSources(server, ticket.id, prefix)) ?? this.known;
    await git.refresh();
  }

  /** The names that production or the ticket has. */
  names(): readonly string[] {
    return [...new Set([...Object.keys(this.known.production), ...Object.keys(this.known.changes)])];
  }

  async plan(asked: readonly Asked[]): Promise<Plan> {
    const judged = await this.judge(asked);
    const plan = {
      send: new Map<string, Said>(),
      gone: new Map<string, Said>(),
      rebased: new Map<string, Said>(),
      unchanged: [] as string[],
      unknown: [] as string[],
      here: new Set(judged.filter(({ mark }) => mark !== undefined).map(({ file }) => file)),
      said: new Map(judged.filter(({ mark, decision }) => mark !== undefined && decision.kind !== 'left').map(saidOf)),
      told: await this.tell(judged),
    };
    for (const one of judged) {
      const what = this.need(one);
      if (what === 'unchanged' || what === 'unknown') plan[what].push(one.file);
      else if (what !== undefined) plan[what].set(one.file, one.said);
    }
    return plan;
  }

  /** The ticket has it so now. */
  sent(file: string, name: string, { source, base, dirty }: Said, isDeleted = false): void {
    const version = isDeleted ? GONE : source;
    if (version !== undefined) this.sentFrom.set(file, version);
    const compared = base !== undefined;
    this.known.changes[name] = {
      ...{ source: source ?? null, deleted: isDeleted, base: base ?? null, compared, dirty, state: 'clean' },
    };
  }

  withdrawn(name: string): void {
    Reflect.deleteProperty(this.known.changes, name);
  }

  private async judge(asked: readonly Asked[]): Promise<Judged[]> {
    const { git } = this.parts;
    const [tree, begun, head] = await Promise.all([this.inWorkTree(asked), git.atBegin(), git.atHead()]);
    const found = asked.map((one) => ({ ...one, ...this.versionsOf(one, tree, begun) }));
    const asking = found.filter(({ name, ours, begun: from, live }) => {
      const change = this.known.changes[name];
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
    const judged = found.map((one): Judged => {
      const isPast = typeof one.live === 'string' && git.hadOnce(one.path, one.live);
      // What git can't read, such as a name of two lines, is compared by its bytes.
      const isRead = one.mark === undefined || one.ours !== null;
      const decision: Decision = isRead ? decide({ ...one, isPast, onTrunk: git.onTrunk }) : { kind: 'unknown' };
      const dirty = (head.get(one.path) ?? null) !== one.ours;
      return { ...one, decision, said: { source: one.ours ?? undefined, base: baseOf(decision, one), dirty } };
    });
    return this.ownReleases(judged);
  }

  /** Of files that nobody touched since nobody is asked. */
  private async inWorkTree(asked: readonly Asked[]): Promise<Versions> {
    const fresh = asked.filter(({ path, mark }) => mark !== undefined && this.read.get(path)?.mark !== mark);
    const ids = await this.parts.git.inWorkTree(fresh.map(({ path }) => path));
    for (const { path, mark } of fresh) {
      const id = ids.get(path);
      if (id === undefined || mark === undefined) this.read.delete(path);
      else this.read.set(path, { mark, id });
    }
    return new Map([...this.read].map(([path, { id }]) => [path, id]));
  }

  private versionsOf(
    { path, name, mark }: Asked,
    tree: Versions,
    begun: Versions,
  ): Pick<Judged, 'ours' | 'begun' | 'live'> {
    const { production } = this.known;
    const live = Object.hasOwn(production, name) ? (production[name] ?? undefined) : null;
    return { ours: mark === undefined ? null : (tree.get(path) ?? null), begun: begun.get(path) ?? null, live };
  }

  /** What this ticket released itself is no news to whoever works on it, though its commit was amended since. */
  private async ownReleases(judged: readonly Judged[]): Promise<Judged[]> {
    const { server, ticket } = this.parts;
    const stale = judged.filter(({ decision }) => decision.kind === 'stale');
    if (stale.length === 0) return [...judged];
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

  /** What has to be done, so that the ticket has it as it was decided; undefined: nothing. */
  private need(one: Judged): Need | undefined {
    const change = this.known.changes[one.name];
    const isMine = change !== undefined && (isVersion(change, one.ours) || this.isMine(one.file, one.path, change));
    return needOf(one, { change, isMine, givenUp: this.known.given_up[one.name] });
  }

  /** True where the ticket's change is a version that was here. */
  private isMine(file: string, path: string, { source, deleted }: TicketChange): boolean {
    const { git, isOurs } = this.parts;
    if (isOurs(file)) return true;
    if (deleted) return this.sentFrom.get(file) === GONE || git.lackedOnce(path);
    return source !== null && (this.sentFrom.get(file) === source || git.hadOnce(path, source));
  }

  private async tell(judged: readonly Judged[]): Promise<Plan['told']> {
    const { git, server, ticket } = this.parts;
    const stale = judged.filter(
      ({ decision, name, ours }) => decision.kind === 'stale' && this.known.given_up[name] !== (ours ?? GONE),
    );
    const over = judged.filter(({ decision, live, begun }) => decision.kind === 'change' && live !== begun);
    const carried = await carriedCommits(git, over);
    return [...(await this.tellStale(stale, { git, server, ticket })), ...carried];
  }

  private async tellStale(
    stale: readonly Judged[],
    { git, server, ticket }: Pick<JudgeParts, 'git' | 'server' | 'ticket'>,
  ): Promise<Plan['told']> {
    if (stale.length === 0) return [];
    await git.fetch();
    const last = await lastChanges(
      server,
      ticket.id,
      stale.map(({ name }) => name),
    );
    const project = this.known.project;
    const files: StaleFile[] = stale.map((one) => ({
      ...one,
      last: last.get(one.name),
      key: `@${project}/${one.name}`,
    }));
    return Promise.all(
      files.map(async (one) => ({ code: 'stale' as const, message: await staleText(git, one, ticket.key) })),
    );
  }
}

const saidOf = ({ file, said }: Judged): [string, Said] => [file, said];

/** Of what production has already too: a map beside it may make another module of the same script. */
function baseOf(decision: Decision, { live }: Pick<Judged, 'live'>): Version | undefined {
  if (decision.kind === 'same') return live;
  return decision.kind === 'change' || decision.kind === 'stale' ? decision.base : undefined;
}
