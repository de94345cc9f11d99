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
    return new StampedMap(targets, this.order && reordered(this.order, come.sort(), gone));
  }

  equals(other: StampedMap): boolean {
    if (this.targets.size !== other.targets.size) return false;
    return [...this.targets].every(([key, target]) => sameTarget(target, other.get(key)));
  }
}

function reordered(order: readonly MapKey[], come: readonly MapKey[], gone: ReadonlySet<MapKey>): readonly MapKey[] {
  if (come.length === 0 && gone.size === 0) return order;
  const kept = gone.size === 0 ? order : order.filter((key) => !gone.has(key));
  const merged: MapKey[] = [];
  let next = 0;
  for (const key of come) {
    while (next < kept.length && (kept[next] as MapKey) < key) merged.push(kept[next++] as MapKey);
    merged.push(key);
  }
  return merged.concat(kept.slice(next));
}

export const sameTarget = (one: Target | null | undefined, other: Target | null | undefined): boolean =>
  (one?.url ?? null) === (other?.url ?? null) && (one?.integrity ?? null) === (other?.integrity ?? null);

/**
 * The one JSON text of a map: sections and keys sorted, empty sections left out but for `imports`, integrity for the URLs
 * that are referenced. `origin` (`https://stamp.example`) goes before what this server keeps.
 */
export function canonicalJson(map: StampedMap, origin = ''): string {
  const scopes = new Map<string | null, string[]>([[null, []]]);
  const integrity = new Map<string, string>();
  for (const key of map.keys) {
    const { scope, specifier } = partsOf(key);
    const target = map.get(key) as Target;
    const url = addressOf(target.url, origin);
    const section = scope === null ? null : addressOf(scope, origin);
    const entries = scopes.get(section) ?? [];
    entries.push(`${JSON.stringify(specifier)}:${JSON.stringify(url)}`);
    scopes.set(section, entries);
    if (target.integrity) integrity.set(url, target.integrity);
  }
  const sections = [`"imports":${objectOf(scopes.get(null) ?? [])}`];
  scopes.delete(null);
  if (scopes.size > 0) {
    const texts = [...scopes].map(([scope, entries]) => `${JSON.stringify(scope)}:${objectOf(entries)}`);
    sections.push(`"scopes":${objectOf(texts)}`);
  }
  if (integrity.size > 0) {
    const texts = [...integrity.keys()]
      .sort()
      .map((url) => `${JSON.stringify(url)}:${JSON.stringify(integrity.get(url))}`);
    sections.push(`"integrity":${objectOf(texts)}`);
  }
  return `{${sections.join(',')}}`;
}

/** What this server keeps is written without its origin. */
export const addressOf = (url: string, origin: string): string => (url.startsWith('/') ? origin + url : url);

const objectOf = (entries: readonly string[]): string => `{${entries.join(',')}}`;
