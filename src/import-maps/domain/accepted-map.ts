// An import map that a client sends: what of it is let in, and what it makes of the map that is there (import-maps.md,
// sections 2, 3 and 5). The standard judges first, then our own rules for names and addresses.
import {
  type AddressRules,
  checkAddress,
  checkEntry,
  checkIntegrity,
  checkScope,
  type Fault,
  isFault,
} from './admission.js';
import type { Change } from './delta.js';
import { keyOf, type MapKey, partsOf } from './map-key.js';
import { ImportMapError, jsonOf, type ParseWarning, readImportMap } from './parse.js';
import { atOnce, forEach, type Sliced } from '../../platform/sliced.js';
import { sameTarget, type ImportMap, type Target } from './import-map.js';

export interface MapFault extends Fault {
  /** Stable: the standard's (`address.invalid`, see parse.ts), or `entry.<kind>`, `scope.<kind>`, `integrity.<kind>`. */
  readonly code: ParseWarning['code'] | ImportMapError['code'] | `${'entry' | 'scope' | 'integrity'}.${Fault['kind']}`;
  /** As it stood in the text; empty where it is about the whole map. */
  readonly key: string;
}

type Section = ReadonlyMap<string, Target>;

export interface AcceptedMap {
  readonly imports: Section;
  /** Empty ones too. */
  readonly scopes: ReadonlyMap<string, Section>;
  /** By URL as it is kept. */
  readonly integrity: ReadonlyMap<string, string>;
}

/** `warnings`: what was left out, only where that was asked for. `faults`: never empty; what weighs most comes first. */
export type Acceptance =
  { readonly map: AcceptedMap; readonly warnings: readonly MapFault[] } | { readonly faults: readonly MapFault[] };

/**
 * Never throws. `lenient` leaves out what the standard ignores; what it throws on, names that can't be kept and addresses
 * that no module may have are refused even so.
 */
export function acceptMap(text: string, rules: AddressRules, lenient = false): Acceptance {
  try {
    return atOnce(acceptGiven(jsonOf(text), rules, lenient));
  } catch (error) {
    return brokenMap(error);
  }
}

/** The same of what is JSON already, in slices. */
export function* acceptGiven(given: unknown, rules: AddressRules, lenient = false): Sliced<Acceptance> {
  let warnings: readonly ParseWarning[];
  try {
    ({ warnings } = yield* readImportMap(given, `${rules.origin}/`));
  } catch (error) {
    return brokenMap(error);
  }
  const reader = new Reader(rules, warnings);
  const map = yield* reader.read(given as GivenMap);
  const refused = lenient ? reader.faults.filter(({ kind }) => kind !== 'invalid') : reader.faults;
  if (refused.length === 0) return { map, warnings: reader.faults };
  return { faults: refused.sort((one, other) => WEIGHT[one.kind] - WEIGHT[other.kind]) };
}

function brokenMap(error: unknown): Acceptance {
  if (!(error instanceof ImportMapError)) throw error;
  const { code, message } = error;
  return { faults: [{ kind: 'invalid', code, key: '', message }] };
}

const WEIGHT: Record<Fault['kind'], number> = { name: 0, scheme: 0, unsafe: 1, invalid: 2 };

/** What the parser has found to be objects. */
interface GivenMap {
  readonly imports?: Record<string, unknown>;
  readonly scopes?: Record<string, Record<string, unknown>>;
  readonly integrity?: Record<string, unknown>;
}

/** So many scopes are read before others have a turn. */
const MOST_SCOPES = 64;

class Reader {
  readonly faults: MapFault[];
  private readonly warned: ReadonlySet<string>;

  constructor(
    private readonly rules: AddressRules,
    warnings: readonly ParseWarning[],
  ) {
    this.faults = warnings.map((warning) => ({ kind: 'invalid', ...warning }));
    this.warned = new Set(warnings.map(({ key }) => key));
  }

  *read(given: GivenMap): Sliced<AcceptedMap> {
    const integrity = yield* this.integrity(given.integrity ?? {});
    const imports = yield* this.section(null, given.imports ?? {}, integrity);
    const scopes = new Map<string, Section>();
    for (const [place, [prefix, entries]] of Object.entries(given.scopes ?? {}).entries()) {
      if (place % MOST_SCOPES === MOST_SCOPES - 1) yield;
      const checked = checkScope(prefix, this.rules);
      if (isFault(checked)) this.refuse('scope', prefix, checked);
      else scopes.set(checked.scope, yield* this.section(checked.scope, entries, integrity));
    }
    return { imports, scopes, integrity };
  }

  private *section(
    scope: string | null,
    given: Record<string, unknown>,
    integrity: ReadonlyMap<string, string>,
  ): Sliced<Section> {
    const section = new Map<string, Target>();
    yield* forEach(Object.entries(given), ([specifier, url]) => {
      if (typeof url !== 'string') return;
      const entry = checkEntry({ scope, specifier, url }, this.rules);
      if (isFault(entry)) this.refuse('entry', specifier, entry);
      else section.set(entry.specifier, targetOf(entry.url, integrity.get(entry.url)));
    });
    return section;
  }

  private *integrity(given: Record<string, unknown>): Sliced<ReadonlyMap<string, string>> {
    const integrity = new Map<string, string>();
    yield* forEach(Object.entries(given), ([url, value]) => {
      if (typeof value !== 'string') return;
      const address = checkAddress(url, { ...this.rules, safeList: [] });
      const wrong = isFault(address) ? address : checkIntegrity(value);
      if (wrong) this.refuse('integrity', url, wrong);
      else integrity.set((address as { url: string }).url, value);
    });
    return integrity;
  }

  /** What the standard has warned of isn't said twice. */
  private refuse(what: 'entry' | 'scope' | 'integrity', key: string, fault: Fault): void {
    if (fault.kind === 'invalid' && this.warned.has(key)) return;
    this.faults.push({ ...fault, code: `${what}.${fault.kind}`, key });
  }
}

const targetOf = (url: string, integrity: string | undefined): Target => (integrity ? { url, integrity } : { url });

/**
 * The changes by which a map is laid over `current`, as import-map-deployer's PATCH does: imports and integrity are
 * assigned key by key, a scope is replaced whole. Integrity belongs to a URL: the one that `current` has for it stays,
 * and a new one reaches every key that leads there. What changes nothing is left out.
 */
export const patchChanges = (patch: AcceptedMap, current: ImportMap): Change[] => atOnce(layOver(patch, current));

/** The same in slices. */
export function* layOver(patch: AcceptedMap, current: ImportMap): Sliced<Change[]> {
  const integrity = new Map<string, string>();
  const wanted = new Map<MapKey, Target | null>();
  yield* forEach(current.keys, (key) => {
    const { url, integrity: known } = current.get(key) as Target;
    if (known) integrity.set(url, known);
    const { scope } = partsOf(key);
    if (scope !== null && patch.scopes.has(scope)) wanted.set(key, null);
    else if ((patch.integrity.get(url) ?? known) !== known) wanted.set(key, { url });
  });
  for (const [url, said] of patch.integrity) integrity.set(url, said);
  for (const [scope, section] of [[null, patch.imports] as const, ...patch.scopes])
    yield* forEach(section, ([specifier, { url }]) => wanted.set(keyOf(specifier, scope), { url }));
  const changes: Change[] = [];
  yield* forEach(wanted, ([key, target]) => {
    const set = target && targetOf(target.url, integrity.get(target.url));
    if (!sameTarget(set, current.get(key))) changes.push({ ...partsOf(key), set });
  });
  return changes;
}
