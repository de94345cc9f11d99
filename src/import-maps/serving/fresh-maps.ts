// What requests are answered from. While the link to the database is up, what is in memory is trusted. While it is lost, each
// request reads again for a quarter of a second at most, and then gets what was known last, which is told as stale: a page
// never waits for the database.
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { type Hearer, isOld, Listener } from '../../platform/database/listener.js';
import type { Sql } from '../../platform/database/statement.js';
import { DomainError, notFound } from '../../platform/errors.js';
import { errorForLog } from '../../platform/error-for-log.js';
import { steadyNow } from '../../platform/steady-clock.js';
import { LOGGER } from '../../platform/injection-tokens.js';
import { MapChanges } from '../../promotion/map-changes.js';
import { MAP_CHANNEL, type MapNews } from '../../promotion/production-pointer.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { Behind } from './behind.js';
import { ProjectsCache, type ServedProject } from './projects-cache.js';
import { TicketsCache, type ServedTicket } from './tickets-cache.js';
import { ProductionNow } from './production-now.js';

/** How long a request waits for the database: where there is something to serve instead, and where there is nothing yet. */
const HASTY_MS = 250;
const PATIENT_MS = 2000;
/** A flip of this process is heard about before its COMMIT is answered; by then it is known, and needs no reading. */
const OWN_WORD_MS = 5;

/** `stale`: the database couldn't be asked, so this is what was known last. */
export interface Found<Value> {
  readonly value: Value;
  readonly stale: boolean;
}

/** A project and its production, both trusted. */
export interface Live {
  readonly project: ServedProject;
  readonly production: ReleaseMap;
}

interface Source<Value> {
  current(): Value | undefined;
  /** True where it is known that there is none. */
  isAbsent?(): boolean;
  last(): Value | undefined;
  /** By when what is current is known, where that isn't the link's last word. */
  saidAt?(): number;
  /** When the load began that is on its way already; undefined where `load` starts one. */
  loadingSince?(): number | undefined;
  load(): Promise<Value | undefined>;
}

/** Of one request: how long it may still wait, for all together, and how old the oldest is of what it is answered with. */
export class Patience {
  private readonly start = steadyNow();
  private oldest = Infinity;

  left(isLinked: boolean): number {
    return Math.max(0, (isLinked ? PATIENT_MS : HASTY_MS) - (steadyNow() - this.start));
  }

  /** It is answered with what was so at that time, by steadyNow. */
  relyOn(saidAt: number): void {
    this.oldest = Math.min(this.oldest, saidAt);
  }

  /** Asked as the last thing before the answer is sent: what was new when it was found may have become old since. */
  get isOld(): boolean {
    return isOld(this.oldest);
  }
}

@Injectable()
export class FreshMaps implements Hearer {
  readonly channel = MAP_CHANNEL;
  private readonly behind = new Behind();

  constructor(
    private readonly link: Listener,
    private readonly projects: ProjectsCache,
    private readonly tickets: TicketsCache,
    private readonly productions: ProductionNow,
    changes: MapChanges,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    link.add(this);
    changes.onChange((news) => {
      this.heardTicket(news);
      this.heardRelease(news);
    });
  }

  /** What a process announced. Followed on the connection that said so: requests may be waiting for all the others. */
  heard(payload: string, sql: Sql): void {
    try {
      const news = JSON.parse(payload) as MapNews;
      this.heardTicket(news);
      if ('release' in news && this.productions.last(news.project))
        this.behind.heard(news.project, news.release, this.link.saidAt);
      setTimeout(() => this.heardRelease(news, sql), OWN_WORD_MS).unref();
    } catch (error) {
      this.log.warn({ err: errorForLog(error) }, 'ignoring a malformed notification');
    }
  }

  private heardTicket({ ticket }: MapNews): void {
    if (ticket !== undefined) this.tickets.heard(ticket);
  }

  private heardRelease(news: MapNews, sql?: Sql): void {
    // What can't be read now is found by the next comparison.
    if ('release' in news && this.productions.last(news.project))
      this.productions.moveTo(news.project, news.release, sql).catch(() => undefined);
  }

  async compare(sql: Sql): Promise<void> {
    await this.projects.compare(sql);
    await this.tickets.compare(sql);
    await this.productions.compare(sql, this.projects.ids);
  }

  /** By when production of a project is known, and whether that is recent. */
  private saidAt(project: number): number {
    const known = this.productions.last(project)?.release ?? 0;
    return Math.min(this.link.saidAt, this.behind.since(project, known));
  }

  private isFresh(project: number): boolean {
    return this.link.isUp && !isOld(this.saidAt(project));
  }

  /** What needs no waiting: the project and its production, where both are known and trusted. */
  now(name: string): Live | undefined {
    if (!this.link.isUp) return undefined;
    const project = this.projects.current(name);
    const production = project && this.isFresh(project.id) ? this.productions.last(project.id) : undefined;
    return project && production && { project, production };
  }

  /** The same for what `now` answered before: is it so still? */
  isLive({ project, production }: Live): boolean {
    return (
      this.isFresh(project.id) && this.projects.isCurrent(project) && this.productions.last(project.id) === production
    );
  }

  /** Rejects with not_found, or unavailable where nothing is known and the database doesn't answer. */
  async project(name: string, wait: Patience): Promise<Found<ServedProject>> {
    const found = await this.find(wait, {
      current: () => this.projects.current(name),
      last: () => this.projects.last(name),
      loadingSince: () => this.projects.loadingSince(name),
      load: () => this.projects.load(name),
    });
    if (found.value) return { value: found.value, stale: found.stale };
    throw found.stale ? silent() : notFound(`There is no project '${name.slice(0, 100)}'.`);
  }

  async production({ id }: ServedProject, wait: Patience): Promise<Found<ReleaseMap>> {
    const found = await this.find(wait, {
      current: () => (this.isFresh(id) ? this.productions.last(id) : undefined),
      last: () => this.productions.last(id),
      saidAt: () => this.saidAt(id),
      load: () => this.productions.load(id),
    });
    if (found.value) return { value: found.value, stale: found.stale };
    throw silent();
  }

  /** Undefined: no such ticket in this project, or none with modules, as far as is known. */
  ticket({ id }: ServedProject, reference: string, wait: Patience): Promise<Found<ServedTicket | undefined>> {
    const name = TicketsCache.nameOf(id, reference);
    if (name === undefined) return Promise.resolve({ value: undefined, stale: false });
    return this.find(wait, {
      current: () => this.tickets.current(name),
      isAbsent: () => this.tickets.isAbsent(name),
      last: () => this.tickets.last(name),
      loadingSince: () => this.tickets.loadingSince(name),
      load: () => this.tickets.load(name),
    });
  }

  /** What is in no memory: asked for as long as there is patience. Rejects with unavailable. */
  inTime<Value>(wait: Patience, load: () => Promise<Value>): Promise<Value> {
    wait.relyOn(steadyNow());
    return within(wait.left(this.link.isUp), load());
  }

  private async find<Value>(wait: Patience, source: Source<Value>): Promise<Found<Value | undefined>> {
    const isLinked = this.link.isUp;
    const current = isLinked ? source.current() : undefined;
    if (current || (isLinked && source.isAbsent?.())) {
      wait.relyOn(source.saidAt?.() ?? this.link.saidAt);
      return { value: current, stale: false };
    }
    try {
      wait.relyOn(source.loadingSince?.() ?? steadyNow());
      return { value: await within(wait.left(isLinked), source.load()), stale: false };
    } catch (error) {
      const isSilent = error instanceof DomainError && error.kind === 'unavailable';
      const value = source.last();
      if (isSilent || value) return { value, stale: true };
      throw error;
    }
  }
}

const silent = (cause?: unknown): DomainError =>
  new DomainError('unavailable', 'map.unavailable', 'The database does not answer, and this map is not in memory.', {
    retryAfter: 1,
    cause,
  });

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(silent()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
