// What pages come to load under a map, from some specifiers on: the imports that lead nowhere, and how pages get there.
// The walk goes in levels, since what modules import is read between them (stages/walk-imports.ts).
import type { Lead, Leads } from './dangling.js';
import type { ScriptImports } from '../../files/script-imports.js';
import { forEach, type Sliced } from '../../platform/sliced.js';

/** How much of a page is walked; beyond that it is cut, and says so. */
export interface WalkLimits {
  readonly modules: number;
  readonly imports: number;
  /** Modules between the page and the one that is furthest away. */
  readonly levels: number;
}

/** A module on the way. */
interface Visit {
  readonly url: string;
  /** As whoever imports it writes it. */
  readonly said: string;
  readonly by: Visit | undefined;
  /** Its place whichever version it is: the key that led to it or to its folder, and its path within the folder. */
  readonly place: string;
  readonly key: string;
}

/** An import that leads nowhere. */
export interface Fault {
  /** `main.js`, `zz.js`, `./gone.js`: from the page on, at most a dozen. */
  readonly chain: () => readonly string[];
  /** The same import in another version of the module. */
  readonly edge: string;
  /** True where pages do without it until they get there. */
  readonly dynamic: boolean;
}

export interface Walked {
  readonly faults: readonly Fault[];
  /** Modules that nobody looked at, as they are imported: elsewhere, or from before we did. */
  readonly unknown: readonly string[];
  /** True where the limits left something out. */
  readonly cut: boolean;
  /** Edges that lead somewhere; kept only of those that were asked for. */
  readonly sound: ReadonlySet<string>;
  /** The edges of `faults`. */
  readonly nowhere: ReadonlySet<string>;
}

/** What is known of the modules at some URLs: null for what imports nothing by its kind, undefined where nobody looked. */
export type ImportsAt = (url: string) => ScriptImports | null | undefined;

/** What a page begins with, and where that leads. */
export interface Root {
  readonly said: string;
  readonly lead: Lead | undefined;
}

/** The page itself, as the importer of what it begins with. */
export const PAGE = '/';
const PAGE_EDGE = 'page';
const MOST_CHAIN = 12;

/** One specifier that a module imports, and where it leads. */
interface Edge {
  readonly from: Visit | undefined;
  readonly specifier: string;
  readonly dynamic: boolean;
  readonly lead: Lead | undefined;
}

/**
 * Statically imported modules come first, so that what pages need at once is known as that. Of a walk to which edges are named
 * (`watched`) only these are kept, and it ends once each has been met.
 */
export class ImportWalk {
  private readonly seen = new Set<string>();
  private readonly faults: Fault[] = [];
  private readonly nowhere = new Set<string>();
  private readonly unknown = new Set<string>();
  private readonly sound = new Set<string>();
  private later: Visit[] = [];
  private level: Visit[] = [];
  private edges: Edge[];
  private isLater = false;
  private isCut = false;
  private isOver = false;
  private imports = 0;
  private levels = 0;

  constructor(
    roots: readonly Root[],
    private readonly leads: Leads,
    private readonly limits: WalkLimits,
    private readonly watched?: ReadonlySet<string>,
  ) {
    this.edges = roots.map(({ said, lead }) => ({ from: undefined, specifier: said, dynamic: false, lead }));
  }

  /** The places within folders that the next level leads to: a key of its own leads to what was there when it was set. */
  get reached(): string[] {
    return this.edges.flatMap(({ lead }) => (lead && isWithin(lead) ? lead.url : []));
  }

  /** The modules that are to be looked at, once it is known which of `reached` are there; none at the end. */
  *arrive(isThere: (url: string) => boolean): Sliced<string[]> {
    yield* forEach(this.edges, (edge) => this.follow(edge, isThere));
    this.edges = [];
    if (this.isOver || this.isAllMet) return [];
    if (this.level.length > 0 && (this.levels += 1) > this.limits.levels) {
      this.isCut = true;
      return [];
    }
    if (this.level.length === 0) {
      this.isLater = true;
      this.level = this.later.filter(({ url }) => this.enter(url));
      this.later = [];
    }
    return this.level.map(({ url }) => url);
  }

  /** The level; then go on with `reached`. One module may import as much as a thousand others do. */
  *look(importsAt: ImportsAt): Sliced<void> {
    yield* forEach(this.importing(importsAt), ([from, specifier, dynamic]) => this.import(from, specifier, dynamic));
    this.level = [];
  }

  private *importing(importsAt: ImportsAt): Generator<[Visit, string, boolean]> {
    for (const visit of this.level) {
      const imports = importsAt(visit.url);
      if (imports === undefined) this.unknown.add(visit.said);
      for (const specifier of imports?.static ?? []) yield [visit, specifier, false];
      for (const specifier of imports?.dynamic ?? []) yield [visit, specifier, true];
    }
  }

  get walked(): Walked {
    const { faults, unknown, isCut, sound, nowhere } = this;
    return { faults, unknown: [...unknown], cut: isCut, sound, nowhere };
  }

  private import(from: Visit, specifier: string, dynamic: boolean): void {
    if ((this.imports += 1) > this.limits.imports) this.isOver = this.isCut = true;
    else this.edges.push({ from, specifier, dynamic, lead: this.leads(specifier, from.url) });
  }

  private follow({ from, specifier, dynamic, lead }: Edge, isThere: (url: string) => boolean): void {
    const edge = `${from?.place ?? PAGE_EDGE} ${specifier}`;
    const isKept = this.watched?.has(edge) ?? true;
    if (!lead || (isWithin(lead) && !isThere(lead.url))) {
      if (isKept) this.faultAt(edge, from, specifier, dynamic);
      return;
    }
    if (this.watched && isKept) this.sound.add(edge);
    const visit = visitOf(lead, from, specifier);
    if (dynamic) this.later.push(visit);
    else if (this.enter(lead.url)) this.level.push(visit);
  }

  /** Each edge that is watched leads somewhere or nowhere. */
  private get isAllMet(): boolean {
    return this.watched !== undefined && this.sound.size + this.nowhere.size === this.watched.size;
  }

  /** Each edge once, and first where pages need it at once. */
  private faultAt(edge: string, from: Visit | undefined, specifier: string, dynamic: boolean): void {
    if (this.nowhere.has(edge)) return;
    this.nowhere.add(edge);
    const chain = (): string[] => chainOf(from, specifier);
    this.faults.push({ chain, edge, dynamic: dynamic || this.isLater });
  }

  /** What is beyond the limit isn't looked at; what was entered before it is. */
  private enter(url: string): boolean {
    if (this.seen.has(url)) return false;
    if (this.seen.size >= this.limits.modules) {
      this.isCut = true;
      return false;
    }
    this.seen.add(url);
    return true;
  }
}

function visitOf({ url, key: ledBy }: Lead, by: Visit | undefined, said: string): Visit {
  const key = ledBy ?? by?.key ?? '';
  return { url, said, by, key, place: `${key} ${pathOf(url)}` };
}

const isWithin = ({ key }: Lead): boolean => key === undefined || key.endsWith('/');

/** Within its folder: versions differ in the hash before it. */
const pathOf = (url: string): string => url.replace(/^\/modules\/[0-9a-f]{64}\//, '');

function chainOf(from: Visit | undefined, specifier: string): string[] {
  const chain = [specifier];
  for (let visit = from; visit && chain.length < MOST_CHAIN; visit = visit.by) chain.unshift(visit.said);
  return chain;
}
