// Takes a ticket's layer out of production: a new release that is the fold of all the others (import-maps.md, section 4).
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { revertedLine } from '../../log/lines/stage-lines.js';
import { knownToBeThere, PackageTrees } from '../../files/package-trees.js';
import { keysOf } from '../domain/delta.js';
import type { Layer } from '../domain/layer.js';
import { wireKey } from '../domain/map-key.js';
import { placesOfRevert, planRevert, type Revert } from '../domain/revert.js';
import { positionAfterRevert, stageBefore, type Stage } from '../../projects/stages/stage-order.js';
import { ImportMap } from '../domain/import-map.js';
import { requestAction } from '../../promotion/domain/verdict.js';
import { Layers, type TicketLayer } from '../store/layers.js';
import { ProductionMaps } from '../store/production-maps.js';
import { Releases } from '../store/releases.js';
import { deltaOf, type DeltaTicket, type StampedTicket } from '../store/ticket-deltas.js';
import { gitRevertOf } from './git-revert.js';
import { SuspendTickets } from './suspend-tickets.js';
import {
  type Dependent,
  differencesAt,
  type RevertOptions,
  type StageChange,
  type Superseded,
} from './stage-change.js';

type TakenAlong = Revert['dependents'][number];

interface Plan {
  readonly going: readonly Layer[];
  readonly revert: Revert;
  readonly superseded: readonly Superseded[];
  readonly dependents: readonly Dependent[];
}

@Injectable()
export class RevertRelease {
  constructor(
    private readonly layers: Layers,
    private readonly releases: Releases,
    private readonly productionMaps: ProductionMaps,
    private readonly tickets: SuspendTickets,
    private readonly trees: PackageTrees,
  ) {}

  /** Called with the pointer and the ticket locked. Rejects with conflict `revert.has_dependents`. */
  async run(tx: Tx, ticket: StampedTicket, options: RevertOptions): Promise<StageChange> {
    const before = stageBefore(ticket.stages, ticket.stage) as Stage;
    const layer = await this.layers.ofTicket(tx, ticket.id);
    const from = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    const plan = await this.plan(tx, ticket, from, layer ? [layer] : [], options.cascade ?? false);
    if (plan.dependents.length > 0 && !options.cascade && !options.force) throw hasDependents(ticket, plan, options);
    const map = from.with(plan.revert.changes);
    const release = await this.releases.write(tx, {
      project: ticket.project.id,
      parent: ticket.release,
      kind: 'revert',
      ticket: ticket.id,
      gone: plan.going.map(({ id }) => id),
      line: `${ticket.key} reverted${options.reason ? `: ${options.reason}` : ''}`,
      actor: options.actor,
      map,
    });
    const row = await this.moveBack(tx, ticket, before, release, plan, options);
    const keys = plan.going.flatMap(({ delta }) => keysOf(delta));
    return {
      ticket,
      row,
      revision: ticket.revisionNumber,
      flip: { project: ticket.project.id, release, map },
      changes: await differencesAt(keys, from, map),
      superseded: plan.superseded,
      dependents: plan.dependents,
      ...gitRevertIn(layer),
    };
  }

  /** With `cascade`, those that depend on what goes go too, and those that depend on them. */
  private async plan(
    tx: Tx,
    ticket: DeltaTicket,
    from: ImportMap,
    first: readonly Layer[],
    cascade: boolean,
  ): Promise<Plan> {
    const taken: TakenAlong[] = [];
    for (let going = first; ;) {
      const active = await this.layers.around(tx, ticket.project.id, ticket.release, going);
      const go = new Set(going.map(({ id }) => id));
      const isThere = await knownToBeThere(this.trees, placesOfRevert(ImportMap.empty, active, go, from));
      const revert = planRevert(ImportMap.empty, active, go, from, isThere);
      if (!cascade || revert.dependents.length === 0) return this.named(tx, going, revert, taken);
      taken.push(...revert.dependents);
      going = [...going, ...revert.dependents.map(({ layer }) => layer)];
    }
  }

  private async named(tx: Tx, going: readonly Layer[], revert: Revert, taken: readonly TakenAlong[]): Promise<Plan> {
    const { superseded, dependents } = revert;
    const depending = [...taken, ...dependents];
    const others = [...superseded.map(({ by }) => by), ...depending.map(({ layer }) => layer)];
    const keys = await this.layers.ticketKeys(
      tx,
      others.map((layer) => layer.ticket),
    );
    const keyOfLayer = ({ ticket }: Layer): string | null => (ticket === null ? null : (keys.get(ticket) ?? null));
    return {
      going,
      revert,
      superseded: superseded.map(({ key, by }) => ({ key, ticket: keyOfLayer(by) })),
      dependents: depending.map(({ layer, specifiers }) => ({ ticket: keyOfLayer(layer), specifiers })),
    };
  }

  /** The ticket itself, and those whose layers go along: all to the stage before production. */
  private async moveBack(
    tx: Tx,
    ticket: StampedTicket,
    before: Stage,
    release: number,
    { going, superseded }: Plan,
    { actor, reason }: RevertOptions,
  ): Promise<Row> {
    const event: EventDraft = {
      type: 'ticket.reverted',
      line: revertedLine({
        key: ticket.key,
        from: ticket.stage,
        to: before.name,
        release,
        ...(reason ? { reason } : {}),
      }),
      data: {
        release,
        reason,
        superseded: superseded.map(({ key, ticket: by }) => ({ key: wireKey(key), ticket: by })),
      },
    };
    const row = await this.tickets.moveOne(tx, ticket, deltaOf(ticket), {
      stage: before.name,
      position: positionAfterRevert(before),
      event,
      hold: `reverted from ${ticket.stage} (release ${release})${reason ? `: ${reason}` : ''}`,
      actor,
    });
    const others = going.flatMap((layer) =>
      layer.ticket === null || layer.ticket === ticket.id ? [] : [layer.ticket],
    );
    await this.tickets.run(tx, others, { release, why: `${ticket.key} was reverted`, actor });
    return row;
  }
}

function gitRevertIn(layer: TicketLayer | undefined): { readonly gitRevert?: string | null } {
  const gitRevert = layer && gitRevertOf(layer);
  return gitRevert === undefined ? {} : { gitRevert };
}

function hasDependents(ticket: StampedTicket, { dependents }: Plan, { base }: RevertOptions): DomainError {
  const names = dependents.map((one) => `${one.ticket ?? 'a direct write'} (${one.specifiers.slice(0, 3).join(', ')})`);
  const path = `/api/v1/ticket/${ticket.id}/revert/`;
  const actions = (['cascade', 'force'] as const).map((how) =>
    requestAction(
      how === 'cascade' ? 'Revert the tickets that depend on it too' : 'Revert it anyway',
      `map:${ticket.stage}`,
      { verb: 'revert', method: 'POST', base, path, body: { [how]: true } },
    ),
  );
  const summary = `Modules released since import what ${ticket.key} brought: ${names.slice(0, 5).join(', ')}.`;
  return new DomainError(
    'conflict',
    'revert.has_dependents',
    `${summary} Revert them too with {"cascade": true}, or revert it anyway with {"force": true}.`,
    { data: { ticket: ticket.key, summary, dependents, next_actions: actions } },
  );
}
