// POST stage/<production>/rollback/ (import-maps.md, section 4): a new release that equals an earlier one.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { inSlices } from '../../platform/in-slices.js';
import { DomainError } from '../../platform/errors.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { appendEvent } from '../../log/append-event.js';
import { releaseLine } from '../../log/lines/stage-lines.js';
import { type Difference, diffing } from '../domain/diff.js';
import type { Layer } from '../domain/layer.js';
import type { ImportMap } from '../domain/import-map.js';
import { requestAction } from '../../promotion/domain/verdict.js';
import { Layers } from '../store/layers.js';
import { lockPointer } from '../../promotion/production-pointer.js';
import { ProductionMaps } from '../store/production-maps.js';
import { ReleaseReader } from '../store/release-reader.js';
import { Releases } from '../store/releases.js';
import type { Flip } from './stage-change.js';
import { SuspendTickets } from './suspend-tickets.js';

export interface RollbackOptions {
  readonly actor: string;
  readonly base: string;
  /** The path of the verb, for the command in a refusal. */
  readonly path: string;
  /** Whether this release is one of those that the client saw. */
  readonly accepts: (release: number) => void;
  readonly reason?: string | undefined;
  /** Bring back what was reverted since. */
  readonly force?: boolean;
}

export interface Rollback {
  readonly flip: Flip;
  /** The tickets that went back a stage. */
  readonly suspended: readonly string[];
  /** The tickets whose layers are back, without them; null for direct writes. */
  readonly restored: readonly (string | null)[];
  readonly changes: readonly Difference[];
}

/** Where production goes: to the map of an earlier release, without what came since. */
interface Target {
  readonly parent: number;
  readonly target: number;
  readonly later: readonly Layer[];
  readonly lost: readonly Layer[];
  readonly map: ImportMap;
}

@Injectable()
export class RollBack {
  constructor(
    private readonly layers: Layers,
    private readonly maps: ReleaseReader,
    private readonly productionMaps: ProductionMaps,
    private readonly releases: Releases,
    private readonly tickets: SuspendTickets,
  ) {}

  /**
   * The layers that came after release `target` are taken out and their tickets go back a stage. Rejects with precondition;
   * not_found `release.unknown`; conflict `release.contains_reverted` where the target has layers that were reverted since.
   */
  async run(tx: Tx, project: number, target: number, options: RollbackOptions): Promise<Rollback> {
    const parent = await lockPointer(tx, project);
    options.accepts(parent);
    if (target > parent)
      throw new DomainError(
        'not_found',
        'release.unknown',
        `There is no release ${target}: production is at ${parent}.`,
      );
    const from = await this.productionMaps.at(project, parent, tx);
    const later = await this.layers.since(tx, project, target, parent);
    const lost = await this.layers.lostSince(tx, project, target, parent);
    const map = await this.maps.mapAt(project, target, tx);
    if (isThere({ from, map, later }))
      return { flip: { project, release: parent, map: from }, suspended: [], restored: [], changes: [] };
    const keys = await this.layers.ticketKeys(
      tx,
      lost.map(({ ticket }) => ticket),
    );
    const restored = lost.map(({ ticket }) => (ticket === null ? null : (keys.get(ticket) ?? null)));
    if (lost.length > 0 && !options.force) throw containsReverted({ target, parent }, restored, options);
    const release = await this.write(tx, project, { parent, target, later, lost, map }, options);
    const why = `rolled back to release ${target}`;
    const owners = later.flatMap(({ ticket }) => ticket ?? []);
    const suspended = await this.tickets.run(tx, owners, { release, why, actor: options.actor });
    return { flip: { project, release, map }, suspended, restored, changes: await inSlices(diffing(from, map)) };
  }

  private async write(
    tx: Tx,
    project: number,
    { parent, target, later, lost, map }: Target,
    { actor, reason }: RollbackOptions,
  ): Promise<number> {
    const ids = (layers: readonly Layer[]): number[] => layers.map(({ id }) => id);
    const line = `Rolled back to release ${target}${reason ? `: ${reason}` : ''}`;
    const gone = ids(later);
    const release = await this.releases.write(tx, { project, parent, kind: 'rollback', gone, line, actor, map });
    if (lost.length > 0) await this.releases.restore(tx, ids(lost), release);
    await appendEvent(tx, {
      type: 'release.rolled_back',
      subject: `release/${project}/${release}`,
      severity: 'warn',
      actor,
      project,
      ticket: null,
      subticket: null,
      version: null,
      line: releaseLine(release, line),
      link: `/api/v1/release/${release}/?project=${project}`,
      data: { release, parent, to: target, reason, suspended: later.length, restored: lost.length },
    });
    return release;
  }
}

/** Production is as it was then, and no ticket came since: a rollback that is repeated makes no release. */
const isThere = ({ from, map, later }: { from: ImportMap; map: ImportMap; later: readonly Layer[] }): boolean =>
  later.every(({ ticket }) => ticket === null) && map.equals(from);

function containsReverted(
  { target, parent }: { readonly target: number; readonly parent: number },
  reverted: readonly (string | null)[],
  { base, path }: RollbackOptions,
): DomainError {
  const names = [...new Set(reverted.map((ticket) => ticket ?? 'a direct write'))];
  const body = { release: target, force: true };
  const request = { verb: 'rollback', method: 'POST', base, path, body, ifMatch: versionTag(parent) } as const;
  const action = requestAction('Bring them back, without their tickets', 'map', request);
  const summary = `Release ${target} has modules that were reverted since: ${names.slice(0, 10).join(', ')}.`;
  return new DomainError(
    'conflict',
    'release.contains_reverted',
    `${summary} To bring them back without their tickets, repeat with "force": true.`,
    { data: { summary, reverted: names, next_actions: [action] } },
  );
}
