// The policy `imports` asked: what pages begin with, walked under the map that a promotion makes and, where something leads
// nowhere, under production's.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { inSlices } from '../../platform/in-slices.js';
import { partsOfModuleUrl } from '../blobs/file-names.js';
import { PackageTrees } from '../blobs/package-trees.js';
import { importersIn, type Leads, leadsUnder } from '../domain/dangling.js';
import { type Delta, operationAt, operationKey, stamping } from '../domain/delta.js';
import { PAGE, type Root } from '../domain/import-walk.js';
import { type ImportsFacts, importsVerdict } from '../domain/imports-policy.js';
import { keyOf, keyText, type MapKey } from '../domain/map-key.js';
import { firstStage, stageAfter, stageBefore } from '../domain/stage-line.js';
import type { StampedMap } from '../domain/stamped-map.js';
import type { Verdict } from '../domain/verdict.js';
import { BlobImports } from '../store/blob-imports.js';
import { layersImporting } from '../store/key-history.js';
import { deltaOf, type LockedTicket } from '../store/ticket-deltas.js';
import { goneIn } from './gone-specifiers.js';
import { walkImports } from './walk-imports.js';

/** Modules that the walk begins with, of a ticket that changes more. */
const MOST_ROOTS = 5000;

/** What the walk begins with under one map. */
type RootsOf = (map: StampedMap, leads: Leads) => Root[];

@Injectable()
export class ImportsCheck {
  constructor(
    private readonly trees: PackageTrees,
    private readonly imports: BlobImports,
  ) {}

  /** One verdict; none for a ticket that has no next stage. */
  async ask(sql: Sql, ticket: LockedTicket, production: StampedMap, base: string): Promise<Verdict[]> {
    const next = ticket.stage === null ? undefined : stageAfter(ticket.line, ticket.stage);
    if (!next) return [];
    const merged = await inSlices(stamping(production, deltaOf(ticket)));
    const roots = ticket.entries ? entryRoots(ticket.entries) : keyRoots(await this.changed(sql, ticket, production));
    const walked = await this.walk(sql, merged, roots);
    const edges = new Set(walked.faults.map(({ edge }) => edge));
    const frozen = ticket.stage !== firstStage(ticket.line).name;
    const before = frozen ? stageBefore(ticket.line, ticket.stage)?.name : undefined;
    const facts: ImportsFacts = {
      ticketKey: ticket.key,
      ticketId: ticket.id,
      next: next.name,
      ...(before === undefined ? {} : { before }),
      walked,
      ...(edges.size > 0 ? { production: await this.walk(sql, production, roots, edges) } : {}),
    };
    return [importsVerdict(facts, String(ticket.row.updated_at), base)];
  }

  private walk(
    sql: Sql,
    map: StampedMap,
    roots: RootsOf,
    watched?: ReadonlySet<string>,
  ): ReturnType<typeof walkImports> {
    const leads = leadsUnder(map);
    return walkImports(sql, { trees: this.trees, imports: this.imports }, { roots: roots(map, leads), leads }, watched);
  }

  /** The keys that a ticket changes, and those of modules in production that import what it takes away. */
  private async changed(sql: Sql, ticket: LockedTicket, production: StampedMap): Promise<MapKey[]> {
    const delta = deltaOf(ticket);
    const gone = await goneIn(delta, production, this.trees);
    const layers = await layersImporting(sql, ticket.project.id, ticket.release, gone);
    const importers = layers.flatMap((layer) => importersIn(layer.delta));
    const shown = importers.filter(({ key, url }) => production.get(key)?.url === url).map(({ key }) => key);
    return [...new Set([...ownKeys(delta), ...shown])].filter((key) => !key.endsWith('/')).slice(0, MOST_ROOTS);
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
      return operationAt(delta, keyOf(`${specifier}/`, scope)) !== undefined;
    })
    .map(operationKey);
}

const hashIn = (url = ''): string => partsOfModuleUrl(url)?.hash ?? url;

const entryRoots =
  (entries: readonly string[]): RootsOf =>
  (_map, leads) =>
    entries.map((said) => ({ said, lead: leads(said, PAGE) }));

const keyRoots =
  (keys: readonly MapKey[]): RootsOf =>
  (map) =>
    keys.flatMap((key) => {
      const target = map.get(key);
      return target ? [{ said: keyText(key), lead: { url: target.url, key } }] : [];
    });
