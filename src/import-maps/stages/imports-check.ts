// The policy `imports` asked: what pages begin with, walked under the map that a promotion makes and, where something leads
// nowhere, under production's.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { partsOfModuleUrl } from '../../files/file-names.js';
import { PackageTrees } from '../../files/package-trees.js';
import { type Leads, leadsUnder } from '../domain/dangling.js';
import { type Delta, entryAt, entryKey } from '../domain/delta.js';
import { PAGE, type Root, type Walked } from '../domain/import-walk.js';
import { type ImportsFacts, importsVerdict } from '../domain/imports-policy.js';
import { keyOf, keyText, type MapKey } from '../domain/map-key.js';
import { firstStage, stageAfter, stageBefore } from '../../projects/stages/stage-order.js';
import type { ImportMap } from '../domain/import-map.js';
import type { Verdict } from '../../promotion/domain/verdict.js';
import { BlobImports } from '../store/blob-imports.js';
import { deltaOf, type DeltaTicket } from '../store/ticket-deltas.js';
import { goneImporters } from './gone-importers.js';
import { goneIn } from './gone-specifiers.js';
import { importsUnchanged } from './imports-unchanged.js';
import type { PromotedMaps } from './promoted-maps.js';
import { type Kept, walkImports } from './walk-imports.js';

/** Of a ticket that can't break an import. */
const NOTHING_NEW: Walked = { faults: [], unknown: [], cut: false, sound: new Set(), nowhere: new Set() };

/** What the walk begins with under one map. */
type RootsOf = (map: ImportMap, leads: Leads) => Root[];

@Injectable()
export class ImportsCheck {
  constructor(
    private readonly trees: PackageTrees,
    private readonly imports: BlobImports,
  ) {}

  /** One verdict; none for a ticket that has no next stage. */
  async ask(sql: Sql, ticket: DeltaTicket, maps: PromotedMaps, base: string): Promise<Verdict[]> {
    const next = ticket.stage === null ? undefined : stageAfter(ticket.stages, ticket.stage);
    if (!next) return [];
    const frozen = ticket.stage !== firstStage(ticket.stages).name;
    const before = frozen ? stageBefore(ticket.stages, ticket.stage)?.name : undefined;
    const facts: ImportsFacts = {
      ticketKey: ticket.key,
      ticketId: ticket.id,
      next: next.name,
      ...(before === undefined ? {} : { before }),
      ...(await this.walks(sql, ticket, maps)),
    };
    return [importsVerdict(facts, String(ticket.row.updated_at), base)];
  }

  /** What pages load under the merged map and, where something leads nowhere, under production's. */
  private async walks(
    sql: Sql,
    ticket: DeltaTicket,
    maps: PromotedMaps,
  ): Promise<Pick<ImportsFacts, 'walked' | 'production'>> {
    const [{ production }, merged, { entries }] = [maps, await maps.merged, ticket];
    const delta = deltaOf(ticket);
    const gone = await goneIn(delta, production, this.trees);
    const about = { delta, entries: entries ?? [] };
    if (gone.length === 0 && (await importsUnchanged(sql, this.kept, about, { production, merged })))
      return { walked: NOTHING_NEW };
    const roots = entries ? entryRoots(entries) : await this.changed(sql, ticket, production, gone);
    const walked = await this.walk(sql, merged, roots);
    const isAsked = walked.nowhere.size > 0;
    return { walked, ...(isAsked ? { production: await this.walk(sql, production, roots, walked.nowhere) } : {}) };
  }

  private get kept(): Kept {
    return { trees: this.trees, imports: this.imports };
  }

  private walk(
    sql: Sql,
    map: ImportMap,
    roots: RootsOf,
    watched?: ReadonlySet<string>,
  ): ReturnType<typeof walkImports> {
    const leads = leadsUnder(map);
    return walkImports(sql, this.kept, { roots: roots(map, leads), leads }, watched);
  }

  /** The modules in production that import what a ticket takes away, which are few, and the keys that it changes. */
  private async changed(
    sql: Sql,
    ticket: DeltaTicket,
    production: ImportMap,
    gone: readonly string[],
  ): Promise<RootsOf> {
    const importers = await goneImporters(sql, this.kept, ticket, production, gone);
    const keys = new Set([...importers.keys, ...ownKeys(deltaOf(ticket))]);
    const named = keyRoots([...keys].filter((key) => !key.endsWith('/')));
    return (map) => [...importers.within(map), ...named(map)];
  }
}

/**
 * The modules that a ticket brings. Of a package's subpaths only those that production has too: of the others it isn't known
 * whether any page imports them, and `preact/compat/server` imports what few have.
 */
function ownKeys(delta: Delta): MapKey[] {
  const set = delta.filter(({ set: module }) => module !== null);
  const folders = new Set(
    set.filter(({ specifier }) => specifier.endsWith('/')).map(({ set: module }) => hashIn(module?.url)),
  );
  return set
    .filter((operation) => {
      const { specifier, scope, base, set: module } = operation;
      if (base !== null || !folders.has(hashIn(module?.url))) return true;
      return entryAt(delta, keyOf(`${specifier}/`, scope)) !== undefined;
    })
    .map(entryKey);
}

const hashIn = (url = ''): string => partsOfModuleUrl(url)?.hash ?? url;

const entryRoots =
  (entries: readonly string[]): RootsOf =>
  (_map, leads) =>
    entries.map((said) => ({ said, lead: leads(said, PAGE) }));

const keyRoots =
  (keys: readonly MapKey[]) =>
  (map: ImportMap): Root[] =>
    keys.flatMap((key) => {
      const target = map.get(key);
      return target ? [{ said: keyText(key), lead: { url: target.url, key } }] : [];
    });
