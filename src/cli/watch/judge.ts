// What the files of a folder are to a ticket: a rule decides of each what it is beside production (judged-file.ts), and what
// follows is compared with what the ticket has already.
import type { Server } from '../../client/server.js';
import type { Hashed } from '../git/hashed-files.js';
import type { GitVersions, Versions } from '../git/versions.js';
import type { Asked, Compared, Decided, Rule, Told } from './judged-file.js';
import { GONE, isVersion, type Need, needOf, type Said } from './need.js';
import { type KeptFile, unfilteredFile } from './kept-files.js';
import { readSources, type ServerSources, type TicketChange } from './server-versions.js';

export interface Plan {
  readonly send: ReadonlyMap<string, Said>;
  readonly gone: ReadonlyMap<string, Said>;
  /** Their bytes are there; what they are based on has changed, or whether git has them. */
  readonly rebased: ReadonlyMap<string, Said>;
  /** No changes any more. */
  readonly unchanged: readonly string[];
  /** Nothing is known to compare them with: the bytes are, as they were sent before. */
  readonly unknown: readonly string[];
  readonly here: ReadonlySet<string>;
  /** What goes with any file that is here. */
  readonly said: ReadonlyMap<string, Said>;
  readonly told: readonly Told[];
  /** Git can't say what they are, so that they stay here. */
  readonly refused: readonly KeptFile[];
}

export interface JudgeParts {
  readonly server: Server;
  readonly ticket: { readonly id: string; readonly key: string };
  readonly git: GitVersions;
  readonly rule: Rule;
  /** What the names of the folder's files begin with. */
  readonly prefix: string;
  /** True of a file that was sent from here, and which nobody else changed since. */
  readonly isOurs: (file: string) => boolean;
}

export class Judge {
  private readonly sentFrom = new Map<string, string>();
  private readonly read = new Map<string, { readonly mark: string; readonly id: string }>();
  /** How the files were that git couldn't say anything of. */
  private readonly toldOf = new Map<string, string>();

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

  /** `isEmpty`: the folder has no modules at all. */
  async plan(asked: readonly Asked[], isEmpty = false): Promise<Plan> {
    const { rule } = this.parts;
    const { ids, unfiltered } = await this.inWorkTree(asked);
    const readable = asked.filter(({ path }) => !unfiltered.has(path));
    const judged = await rule.decide(this.compared(readable, ids), this.known, isEmpty);
    const needs = judged.map((one) => ({ one, need: this.need(one) }));
    const isSent = ({ one, need }: (typeof needs)[number]): boolean =>
      one.mark !== undefined && (!['left', 'none'].includes(one.decision.kind) || need === 'send');
    const plan = {
      send: new Map<string, Said>(),
      gone: new Map<string, Said>(),
      rebased: new Map<string, Said>(),
      unchanged: [] as string[],
      unknown: [] as string[],
      here: new Set(judged.filter(({ mark }) => mark !== undefined).map(({ file }) => file)),
      said: new Map(needs.filter(isSent).map(({ one }) => [one.file, one.said])),
      told: await rule.tell(judged, this.known),
      refused: this.refused(asked, unfiltered),
    };
    for (const { one, need } of needs) {
      if (need === 'unchanged' || need === 'unknown') plan[need].push(one.file);
      else if (need !== undefined) plan[need].set(one.file, saidWith(one, need));
    }
    return plan;
  }

  /** The ticket has it so now. */
  sent(file: string, name: string, { source, base, dirty, built }: Said, isDeleted = false): void {
    const version = isDeleted ? GONE : source;
    if (version !== undefined) this.sentFrom.set(file, version);
    const compared = base !== undefined;
    this.known.changes[name] = {
      ...{ source: source ?? null, deleted: isDeleted, base: base ?? null, compared, dirty, built: built ?? null },
      state: 'clean',
    };
  }

  withdrawn(name: string): void {
    Reflect.deleteProperty(this.known.changes, name);
  }

  private compared(asked: readonly Asked[], tree: Versions): Compared[] {
    const { production, changes } = this.known;
    return asked.map((one) => ({
      ...one,
      ours: one.mark === undefined ? null : (tree.get(one.path) ?? null),
      live: Object.hasOwn(production, one.name) ? (production[one.name] ?? undefined) : null,
      change: changes[one.name],
    }));
  }

  /** Of files that nobody touched since nobody is asked. */
  private async inWorkTree(asked: readonly Asked[]): Promise<Hashed> {
    const fresh = asked.filter(({ path, mark }) => mark !== undefined && this.read.get(path)?.mark !== mark);
    const { git, rule } = this.parts;
    const { ids, unfiltered } = await git.inWorkTree(
      fresh.map(({ path }) => path),
      rule,
    );
    for (const { path, mark } of fresh) {
      const id = ids.get(path);
      if (id === undefined || mark === undefined) this.read.delete(path);
      else this.read.set(path, { mark, id });
    }
    return { ids: new Map([...this.read].map(([path, { id }]) => [path, id])), unfiltered };
  }

  /** Each once, until somebody saves it. */
  private refused(asked: readonly Asked[], unfiltered: Hashed['unfiltered']): KeptFile[] {
    const fresh = asked.filter(({ path, mark = '' }) => unfiltered.has(path) && this.toldOf.get(path) !== mark);
    for (const { path, mark = '' } of fresh) this.toldOf.set(path, mark);
    return fresh.map((one) => unfilteredFile(one, unfiltered.get(one.path) ?? ''));
  }

  /** What has to be done, so that the ticket has it as it was decided; undefined: nothing. */
  private need(one: Decided): Need | undefined {
    const { change } = one;
    const isMine = change !== undefined && (isVersion(change, one.ours) || this.isMine(one.file, one.path, change));
    return needOf(one, { change, isMine, givenUp: this.known.given_up[one.name] });
  }

  /** True where the ticket's change is a version that was here. */
  private isMine(file: string, path: string, { source, deleted, built }: TicketChange): boolean {
    const { git, isOurs } = this.parts;
    // A build's files come all at once, wherever they were built.
    if (isOurs(file) || built !== null) return true;
    if (deleted) return this.sentFrom.get(file) === GONE || git.lackedOnce(path);
    return source !== null && (this.sentFrom.get(file) === source || git.hadOnce(path, source));
  }
}

/** What is left as it is stays on its base. */
const saidWith = ({ said, decision, change }: Decided, need: Need): Said =>
  need === 'rebased' && decision.kind === 'left' && change ? { ...said, base: change.base } : said;
