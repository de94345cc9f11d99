// A complete map: what each key leads to. Immutable, without prototypes, in an order of its own (JavaScript objects put
// keys that look like integers first).
import { type MapKey, partsOf } from './map-key.js';
import { atOnce, forEach, type Sliced } from '../../platform/sliced.js';
import { madeOf, type Run, RUNS, SortedRuns } from './sorted-runs.js';
import { isOwnPath, isRelative } from './url-like.js';

/** Where a key leads. */
export interface Target {
  /**
   * An absolute URL, `/modules/…` for what this server keeps (whoever serves the map puts its origin before it), or what is
   * relative to the page.
   */
  readonly url: string;
  /** Subresource integrity of what is at the URL. */
  readonly integrity?: string;
  /** The git blob id of the source that it was made from; absent where nobody said. No part of the map that browsers get. */
  readonly source?: string;
}

/** What each changed key leads to now; null where it is gone. */
export type MapChanges = ReadonlyMap<MapKey, Target | null>;

/** So many changes lie over a map that others share before they are copied into one of their own. */
const MOST_OVER = 256;

export class ImportMap {
  static readonly empty = ImportMap.of([]);

  private constructor(
    private readonly under: ReadonlyMap<MapKey, Target>,
    private readonly over: MapChanges,
    /** Every scope that has keys; one that had some may be left among them. */
    readonly scopes: ReadonlySet<string>,
    private order?: SortedRuns,
    private urlOrder?: SortedRuns,
  ) {}

  private all: ReadonlyMap<MapKey, Target> | undefined;
  private list: readonly MapKey[] | undefined;

  static of(targets: Iterable<readonly [MapKey, Target]>): ImportMap {
    const all = new Map(targets);
    return new ImportMap(all, new Map(), scopesOf(all.keys()));
  }

  get(key: MapKey): Target | undefined {
    const changed = this.over.get(key);
    return changed === undefined ? this.under.get(key) : (changed ?? undefined);
  }

  /** In no particular order. */
  get targets(): ReadonlyMap<MapKey, Target> {
    return (this.all ??= this.over.size === 0 ? this.under : merged(this.under, this.over));
  }

  /** By scope, then by specifier, in the order of UTF-16 code units; `imports` first. */
  get keys(): readonly MapKey[] {
    return (this.list ??= this.keyRuns.texts);
  }

  get keyRuns(): SortedRuns {
    return (this.order ??= SortedRuns.of(this.targets.keys()));
  }

  /** `<url> <key>` of the keys whose integrity is known: sorted by URL, then as `keys`. */
  get integrityRuns(): SortedRuns {
    return (this.urlOrder ??= SortedRuns.of([...this.targets].flatMap(([key, target]) => integrityRow(key, target))));
  }

  /** This map with some keys set or gone. Costs as much as changes, however large it is; sorted where this one is. */
  with(changes: MapChanges): ImportMap {
    return atOnce(this.changing(changes));
  }

  /** The same in slices. */
  *changing(changes: MapChanges): Sliced<ImportMap> {
    if (changes.size === 0) return this;
    const isMuch = this.over.size + changes.size > MOST_OVER;
    const under = isMuch ? merged(this.under, this.over, changes) : this.under;
    if (isMuch) yield;
    const scopes = withAll(this.scopes, scopesOf(changes.keys()));
    if (isMuch) yield;
    return new ImportMap(
      under,
      isMuch ? new Map() : new Map([...this.over, ...changes]),
      scopes,
      this.order && (yield* this.order.changing(new Set(changes.keys()), (key) => Boolean(changes.get(key)))),
      this.urlOrder && (yield* this.urlsChanging(this.urlOrder, changes)),
    );
  }

  /** How many keys there are, those that were taken out lately counted too. */
  get size(): number {
    return this.under.size + this.over.size;
  }

  private *urlsChanging(order: SortedRuns, changes: MapChanges): Sliced<SortedRuns> {
    const [rows, touched] = [new Set<string>(), new Set<string>()];
    yield* forEach(changes, ([key, target]) => {
      for (const row of integrityRow(key, target)) rows.add(row);
      for (const row of integrityRow(key, this.get(key))) touched.add(row);
    });
    for (const row of rows) touched.add(row);
    return yield* order.changing(touched, (row) => rows.has(row));
  }

  equals(other: ImportMap): boolean {
    if (this.targets.size !== other.targets.size) return false;
    return [...this.targets].every(([key, target]) => sameTarget(target, other.get(key)));
  }
}

function scopesOf(keys: Iterable<MapKey>): Set<string> {
  const scopes = new Set<string>();
  for (const key of keys) if (!isImport(key)) scopes.add(partsOf(key).scope as string);
  return scopes;
}

const withAll = (some: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> =>
  others.size === 0 ? some : new Set([...some, ...others]);

function merged(under: ReadonlyMap<MapKey, Target>, ...layers: readonly MapChanges[]): ReadonlyMap<MapKey, Target> {
  const targets = new Map(under);
  for (const over of layers) {
    for (const [key, target] of over) {
      if (target) targets.set(key, target);
      else targets.delete(key);
    }
  }
  return targets;
}

/** URLs as the standard writes them have no space. */
const integrityRow = (key: MapKey, target: Target | null | undefined): string[] =>
  target?.integrity ? [`${target.url} ${key}`] : [];

/** Without what modules carry beside it. */
export function plainTarget(target: Target | null | undefined): Target | null {
  if (!target) return null;
  const { url, integrity, source } = target;
  return { url, ...(integrity === undefined ? {} : { integrity }), ...(source === undefined ? {} : { source }) };
}

/** Where it leads, whatever it was made from. */
export const sameTarget = (one: Target | null | undefined, other: Target | null | undefined): boolean =>
  (one?.url ?? null) === (other?.url ?? null) && (one?.integrity ?? null) === (other?.integrity ?? null);

/** What this server keeps is written without its origin; what is relative to a page stays so. */
export const addressOf = (url: string, origin: string): string => (isOwnPath(url) ? origin + url : url);

/**
 * The one JSON text of a map: sections and keys sorted, empty sections left out but for `imports`, integrity for the URLs
 * that are referenced. A URL has one integrity: where keys say different ones, the last key's counts. `origin`
 * (`https://stamp.example`) goes before what this server keeps. `withScopes`: as import-map-deployer writes a map, with `scopes` even
 * where it is empty.
 */
export function* writing(map: ImportMap, origin: string, withScopes = false): Sliced<string> {
  const scopes = yield* scopeMembers(map, origin);
  const imports = yield* importsJson(map, origin);
  const { runs } = map.integrityRuns;
  yield;
  // Put together without join, which would copy megabytes once more.
  const after = runs.length > 0 ? `,"integrity":${integrityJson(map, runs, origin)}` : '';
  return `{"imports":{${imports}}${withScopes || scopes.length > 0 ? `,"scopes":${objectOf(scopes)}` : ''}${after}}`;
}

const isImport = (key: MapKey): boolean => key.startsWith(' ');

const member = (map: ImportMap, key: MapKey, origin: string): string =>
  `${JSON.stringify(partsOf(key).specifier)}:${JSON.stringify(addressOf((map.get(key) as Target).url, origin))}`;

function* importsJson(map: ImportMap, origin: string): Sliced<string> {
  const texts: string[] = [];
  for (const run of map.keyRuns.runs.filter((one) => isImport(one.texts[0] as MapKey))) {
    const write = (): string => {
      const keys = run.texts.filter(isImport);
      return keys.map((key) => member(map, key, origin)).join(',');
    };
    if (texts.push(madeOf(run, origin, write)) % RUNS === 0) yield;
  }
  return texts.join(',');
}

/** A name, and it with its value as JSON. */
type Member = readonly [name: string, json: string];

function* scopeMembers(map: ImportMap, origin: string): Sliced<Member[]> {
  const scopes = new Map<string, Member[]>();
  const scoped = map.keyRuns.runs.filter(({ texts }) => !isImport(texts.at(-1) as MapKey));
  const keys = scoped.flatMap(({ texts }) => texts);
  yield* forEach(keys, (key) => {
    const { scope, specifier } = partsOf(key);
    if (scope === null) return;
    const name = addressOf(scope, origin);
    const members = scopes.get(name) ?? [];
    scopes.set(name, members);
    members.push([specifier, member(map, key, origin)]);
  });
  return [...scopes].map(([scope, members]) => [scope, `${JSON.stringify(scope)}:${objectOf(members)}`]);
}

const urlOf = (row: string): string => row.slice(0, row.indexOf(' '));

function integrityMember(map: ImportMap, row: string, origin: string): Member {
  const address = addressOf(urlOf(row), origin);
  const { integrity } = map.get(row.slice(row.indexOf(' ') + 1)) as Target;
  return [address, `${JSON.stringify(address)}:${JSON.stringify(integrity)}`];
}

/** Run by run where the order is the same with the origin, which it is for maps whose modules are all kept here. */
function integrityJson(map: ImportMap, runs: readonly Run[], origin: string): string {
  if (isReordered(runs, origin)) {
    return objectOf(runs.flatMap(({ texts }) => texts.map((row) => integrityMember(map, row, origin))));
  }
  const texts = runs.map((run, place) => {
    const after = urlOf(runs[place + 1]?.texts[0] ?? ' ');
    return madeOf(run, `${origin} ${after}`, () => {
      const last = run.texts.filter((row, index) => urlOf(row) !== urlOf(run.texts[index + 1] ?? `${after} `));
      return last.map((row) => integrityMember(map, row, origin)[1]).join(',');
    });
  });
  return `{${texts.filter((text) => text !== '').join(',')}}`;
}

/** What is kept here comes first without an origin; with it only where every other URL is beyond it. */
function isReordered(runs: readonly Run[], origin: string): boolean {
  const first = runs[0]?.texts[0] ?? '';
  if (origin === '' || !isRelative(first)) return false;
  const mixed = runs.findIndex(({ texts }) => !isRelative(texts.at(-1) ?? ''));
  const others = runs[mixed]?.texts ?? [];
  const place = others.findIndex((row) => !isRelative(row));
  const last = (place > 0 ? others[place - 1] : runs.at(mixed === -1 ? -1 : mixed - 1)?.texts.at(-1)) ?? '';
  // What is relative to a page gets no origin, and stands on both sides of what does.
  if (!isOwnPath(first) || !isOwnPath(last)) return true;
  const other = others[place];
  return other !== undefined && (other < `${origin}/` || other.startsWith(`${origin}/`));
}

/** With an origin before it, what is kept here may have got another place, or another's name: then the last one counts. */
function objectOf(members: Member[]): string {
  members.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
  const last = members.filter(([name], place) => members[place + 1]?.[0] !== name);
  return `{${last.map(([, json]) => json).join(',')}}`;
}
