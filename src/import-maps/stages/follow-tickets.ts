// What closing, reopening and deleting a ticket mean for its modules (import-maps.md, section 4), in the ticket's own
// transaction.
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../platform/database/db.js';
import type { Row } from '../../rest/resource.js';
import { type Followed, type TicketFollower, TicketFollowers } from '../../tickets/close-ticket.js';
import { keyState, rebase, staleKeys } from '../domain/conflict.js';
import { type Delta, entryKey } from '../domain/delta.js';
import type { MapKey } from '../domain/map-key.js';
import { firstStage, production } from '../../projects/stages/stage-order.js';
import type { ImportMap } from '../domain/import-map.js';
import { MapChanges } from '../../promotion/map-changes.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, type DeltaTicket, TicketDeltas } from '../store/ticket-deltas.js';
import { eventKeys } from './event-keys.js';
import { refuseReleased } from './refuse-removal.js';

/** Nobody's name: the event of closing or reopening says who it was. */
const ACTOR = 'stampline';

@Injectable()
export class FollowTickets implements TicketFollower, OnModuleInit {
  constructor(
    private readonly followers: TicketFollowers,
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
    private readonly changes: MapChanges,
  ) {}

  onModuleInit(): void {
    this.followers.add(this);
  }

  /** Out of everybody's way; nothing is deleted. A released one is only archived: its layer stays in production. */
  async closed(tx: Tx, before: Row): Promise<undefined> {
    if (before.stage === null) return undefined;
    await this.deltas.keepKeys(tx, await this.deltas.around(tx, before), []);
    await this.changes.announce(tx, { ticket: before.id });
    return undefined;
  }

  /**
   * Back in the first stage with its delta, and based on production as it is now; a released one begins anew. The event names
   * the keys that others released meanwhile: `stale`.
   */
  async reopened(tx: Tx, before: Row): Promise<Followed | undefined> {
    if (before.stage === null) return undefined;
    const ticket = await this.deltas.around(tx, before);
    const { delta, stale } = await this.deltaAfter(tx, ticket);
    if (!isDeepStrictEqual(delta, deltaOf(ticket))) {
      const provenance = delta.length > 0 ? { git_commit: ticket.revision?.git_commit ?? null } : {};
      await this.deltas.write(tx, ticket, { delta, actor: ACTOR, provenance });
    }
    await this.deltas.keepKeys(tx, ticket, delta);
    await this.changes.announce(tx, { ticket: before.id });
    return {
      set: { stage: firstStage(ticket.stages).name },
      ...(stale.length > 0 ? { data: { stale: eventKeys(stale) } } : {}),
    };
  }

  beforeRemove(tx: Tx, tickets: readonly number[]): Promise<void> {
    return refuseReleased(tx, tickets);
  }

  /** Its rows went along with it; every process forgets what it kept of it, this one too. */
  async removed(tx: Tx, { id, stage }: Row): Promise<void> {
    if (stage !== null) await this.changes.announce(tx, { ticket: id });
  }

  private async deltaAfter(tx: Tx, ticket: DeltaTicket): Promise<{ delta: Delta; stale: MapKey[] }> {
    if (ticket.stage === production(ticket.stages).name) return { delta: [], stale: [] };
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    const delta = based(deltaOf(ticket), map);
    return { delta, stale: staleKeys(delta, map).map(({ key }) => key) };
  }
}

/** Operations that don't conflict are based on production as it is; those that do stay stale until somebody decides. */
const based = (delta: Delta, map: ImportMap): Delta => {
  const settled = delta.filter((operation) => keyState(operation, map) !== 'stale');
  return rebase(delta, map, new Map(settled.map((operation) => [entryKey(operation), 'mine'])));
};
