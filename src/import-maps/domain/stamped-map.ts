// A complete map: what each key leads to. Immutable, without prototypes, in an order of its own (JavaScript objects put
// keys that look like integers first).
import { type MapKey, partsOf } from './map-key.js';

/** Where a key leads. */
export interface Target {
  /** An absolute URL, or `/modules/…` for what this server keeps: whoever serves the map puts its origin before it. */
  readonly url: string;
  /** Subresource integrity of what is at the URL. */
  readonly integrity?: string;
}

/** What each changed key leads to now; null where it is gone. */
export type MapChanges = ReadonlyMap<MapKey, Target | null>;

export class StampedMap {
  static readonly empty = new StampedMap(new Map(), []);

  private constructor(
    /** In no particular order. */
    readonly targets: ReadonlyMap<MapKey, Target>,
    private order: readonly MapKey[] | undefined,
    /** `integrityKeys` of the map that this one was made of: nearly this one's, and sorted. */
    private urlsBefore: ReadonlyMap<string, MapKey> = new Map(),
  ) {}

  static of(targets: Iterable<readonly [MapKey, Target]>): StampedMap {
    return new StampedMap(new Map(targets), undefined);
  }

  get(key: MapKey): Target | undefined {
    return this.targets.get(key);
  }

  /** By scope, then by specifier, in the order of UTF-16 code units; `imports` first. */
  get keys(): readonly MapKey[] {
    return (this.order ??= [...this.targets.keys()].sort());
  }

  /**
   * For each URL whose integrity is known, sorted, the key that says it. A map has one integrity for a URL: where keys say
   * different ones, the last key's counts.
   */
  get integrityKeys(): ReadonlyMap<string, MapKey> {
    return (this.urls ??= this.sortedUrls());
  }

  private urls: ReadonlyMap<string, MapKey> | undefined;

  private sortedUrls(): ReadonlyMap<string, MapKey> {
    const known = new Map<string, MapKey>();
    for (const key of this.keys) {
      const { url, integrity } = this.targets.get(key) as Target;
      if (integrity) known.set(url, key);
    }
    const stay = [...this.urlsBefore.keys()].filter((url) => known.has(url));
    const come = [...known.keys()].filter((url) => !this.urlsBefore.has(url));
    this.urlsBefore = new Map();
    return new Map(merged(stay, come.sort()).map((url) => [url, known.get(url) as MapKey]));
  }

  /** This map with some keys set or gone. Costs a copy, and no sorting where this one is sorted already. */
  with(changes: MapChanges): StampedMap {
    if (changes.size === 0) return this;
    const targets = new Map(this.targets);
    const [come, gone]: [MapKey[], Set<MapKey>] = [[], new Set()];
    for (const [key, target] of changes) {
      if (target) {
        if (!targets.has(key)) come.push(key);
        targets.set(key, target);
      } else if (targets.delete(key)) gone.add(key);
    }
    const kept = gone.size === 0 ? this.order : this.order?.filter((key) => !gone.has(key));
    return new StampedMap(targets, kept && merged(kept, come.sort()), this.urls ?? this.urlsBefore);
  }

  equals(other: StampedMap): boolean {
    if (this.targets.size !== other.targets.size) return false;
    return [...this.targets].every(([key, target]) => sameTarget(target, other.get(key)));
  }
}

/** Two sorted lists as one. */
function merged(long: readonly string[], short: readonly string[]): readonly string[] {
  if (short.length === 0) return long;
  const all: string[] = [];
  let next = 0;
  for (const text of short) {
    while (next < long.length && (long[next] as string) < text) all.push(long[next++] as string);
    all.push(text);
  }
  return all.concat(long.slice(next));
}

export const sameTarget = (one: Target | null | undefined, other: Target | null | undefined): boolean =>
  (one?.url ?? null) === (other?.url ?? null) && (one?.integrity ?? null) === (other?.integrity ?? null);

/**
 * The one JSON text of a map: sections and keys sorted, empty sections left out but for `imports`, integrity for the URLs
 * that are referenced. `origin` (`https://stamp.example`) goes before what this server keeps.
 */
export function canonicalJson(map: StampedMap, origin = ''): string {
  const imports: string[] = [];
  const scopes = new Map<string, Member[]>();
  for (const key of map.keys) {
    const { scope, specifier } = partsOf(key);
    const { entry } = textsOf(map, key, origin);
    if (scope === null) imports.push(entry);
    else membersOf(scopes, addressOf(scope, origin)).push([specifier, entry]);
  }
  const sections = [`"imports":{${imports.join(',')}}`];
  if (scopes.size > 0) {
    const members = [...scopes].map(([scope, own]): Member => [scope, `${JSON.stringify(scope)}:${objectOf(own)}`]);
    sections.push(`"scopes":${objectOf(members)}`);
  }
  if (map.integrityKeys.size > 0) {
    const members = [...map.integrityKeys].map(([url, key]): Member => [
      addressOf(url, origin),
      textsOf(map, key, origin).integrity,
    ]);
    sections.push(`"integrity":${objectOf(members)}`);
  }
  return `{${sections.join(',')}}`;
}

/** What this server keeps is written without its origin. */
export const addressOf = (url: string, origin: string): string => (url.startsWith('/') ? origin + url : url);

/** A name, and it with its value as JSON. */
type Member = readonly [name: string, json: string];

function membersOf(objects: Map<string, Member[]>, name: string): Member[] {
  const members = objects.get(name) ?? [];
  if (members.length === 0) objects.set(name, members);
  return members;
}

/** With an origin before it, what is kept here may have got another place, or another's name: then the last one counts. */
function objectOf(members: Member[]): string {
  members.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
  const last = members.filter(([name], place) => members[place + 1]?.[0] !== name);
  return `{${last.map(([, json]) => json).join(',')}}`;
}

interface Texts {
  readonly key: MapKey;
  readonly origin: string;
  readonly entry: string;
  readonly integrity: string;
}

/** A map shares nearly all its targets with the one before it; writing only the others anew is what makes a flip quick. */
const written = new WeakMap<Target, Texts>();

function textsOf(map: StampedMap, key: MapKey, origin: string): Texts {
  const target = map.get(key) as Target;
  const known = written.get(target);
  if (known?.key === key && known.origin === origin) return known;
  const address = JSON.stringify(addressOf(target.url, origin));
  const entry = `${JSON.stringify(partsOf(key).specifier)}:${address}`;
  const texts = { key, origin, entry, integrity: `${address}:${JSON.stringify(target.integrity)}` };
  written.set(target, texts);
  return texts;
}
