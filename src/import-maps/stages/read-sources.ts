// Which versions of a project's sources production and a ticket have, for whoever compares them with git's history.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { inSlices } from '../../platform/in-slices.js';
import { resourceNamed, uriOf } from '../../rest/resource.js';
import { keyState } from '../domain/conflict.js';
import { entryKey } from '../domain/delta.js';
import { keyOf, type MapKey, partsOf } from '../domain/map-key.js';
import { forEach, type Sliced } from '../../platform/sliced.js';
import type { ImportMap } from '../domain/import-map.js';
import { type KeyChange, lastChanges } from '../store/key-history.js';
import { ProductionMaps } from '../store/production-maps.js';
import { givenUpBy, versionsBefore } from '../store/source-history.js';
import { deltaOf, type DeltaTicket } from '../store/ticket-deltas.js';
import { revertLine } from './git-revert.js';
import { ReadStages } from './read-stages.js';

export interface SourcesQuery {
  /** Only paths that begin so: `src/`. */
  readonly under: string;
  /** Paths of which is told who changed them last in production. */
  readonly changed: readonly string[];
}

/** So many paths are asked for at once. */
export const MOST_CHANGED = 20;

@Injectable()
export class ReadSources {
  constructor(
    private readonly db: Db,
    private readonly reads: ReadStages,
    private readonly productionMaps: ProductionMaps,
  ) {}

  /** As JSON. Costs no statement for each path. Rejects with not_found. */
  async of(id: number, { under, changed }: SourcesQuery): Promise<object> {
    const ticket = await this.reads.ticket(id);
    const map = await this.productionMaps.at(ticket.project.id, ticket.release);
    const prefix = `@${ticket.project.name}/`;
    const pathOf = (key: MapKey): string | undefined => {
      const { scope, specifier } = partsOf(key);
      return scope === null && specifier.startsWith(prefix + under) ? specifier.slice(prefix.length) : undefined;
    };
    const own = deltaOf(ticket).filter((operation) => pathOf(entryKey(operation)) !== undefined);
    const givenUp = await givenUpBy(this.db, id, undefined);
    return {
      ticket: uriOf(resourceNamed('ticket'), id),
      key: ticket.key,
      project: ticket.project.name,
      stage: ticket.stage,
      revision: ticket.revisionNumber,
      release: ticket.release,
      production: Object.fromEntries(await inSlices(productionOf(map, pathOf))),
      changes: Object.fromEntries(
        own.flatMap((operation) => entryAt(pathOf(entryKey(operation)), viewOf(operation, map))),
      ),
      given_up: Object.fromEntries([...givenUp].flatMap(([key, source]) => entryAt(pathOf(key), source))),
      changed: await this.changed(
        ticket,
        changed.map((path) => ({ path, key: keyOf(prefix + path) })),
      ),
    };
  }

  private async changed(
    { project }: DeltaTicket,
    asked: readonly { readonly path: string; readonly key: MapKey }[],
  ): Promise<object> {
    const keys = asked.map(({ key }) => key);
    const found = await lastChanges(this.db, { project: project.id }, keys);
    const before = await versionsBefore(this.db, project.id, [...found.values()]);
    return Object.fromEntries(
      asked.flatMap(({ path, key }) => {
        const change = found.get(key);
        return change ? [[path, lastOf(change, before.get(key) ?? [])]] : [];
      }),
    );
  }
}

const lastOf = (
  { release, ticket, commit, takenBack, commits, merges }: KeyChange,
  before: readonly string[],
): object => ({
  release,
  ticket,
  commit,
  taken_back: takenBack,
  git_revert: commits.length > 0 ? (revertLine(commits, new Set(merges)) ?? null) : null,
  before,
});

const entryAt = <Value>(path: string | undefined, value: Value): [string, Value][] =>
  path === undefined ? [] : [[path, value]];

function* productionOf(map: ImportMap, pathOf: (key: MapKey) => string | undefined): Sliced<[string, string | null][]> {
  const found: [string, string | null][] = [];
  yield* forEach([...map.targets], ([key, target]) => {
    const path = pathOf(key);
    if (path !== undefined) found.push([path, target.source ?? null]);
  });
  return found;
}

const viewOf = (operation: ReturnType<typeof deltaOf>[number], map: ImportMap): object => ({
  source: operation.set?.source ?? null,
  deleted: operation.set === null,
  base: operation.base?.source ?? null,
  state: keyState(operation, map),
  compared: operation.compared ?? false,
  dirty: operation.dirty ?? false,
  built: operation.built ?? null,
});
