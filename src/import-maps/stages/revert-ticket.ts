// POST ticket/<id>/revert/ (import-maps.md, section 4): a stage back. Out of production that is a new release without it.
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../platform/database/db.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { requireScope } from '../../platform/principal.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { modulesRevertedLine, revertedLine } from '../../log/lines/stage-lines.js';
import { keysOf, overlaying } from '../domain/delta.js';
import { positionAfterRevert, production, stageBefore } from '../../projects/stages/stage-order.js';
import { carryApprovals } from '../../promotion/approvals/follow-revisions.js';
import { lockPointerOf } from '../../promotion/production-pointer.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, TicketDeltas, type StampedTicket } from '../store/ticket-deltas.js';
import { MoveTicket } from '../../promotion/move-ticket.js';
import { RevertRelease } from './revert-release.js';
import { differencesAt, type RevertOptions, type StageChange } from './stage-change.js';
import { requireFirstStage, requireOpen, requireStamped } from '../../promotion/ticket-demands.js';
import type { EventDraft } from '../../rest/resource.js';

@Injectable()
export class RevertTicket {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
    private readonly releases: RevertRelease,
    private readonly moving: MoveTicket,
  ) {}

  /**
   * Rejects with not_found; precondition; invalid `revert.no_stage_before`; conflict `ticket.closed`, `ticket.unstamped`,
   * `ticket.frozen` (an earlier revision of a frozen ticket), `revert.has_dependents` with the `dependents`.
   */
  async run(tx: Tx, id: number, options: RevertOptions): Promise<StageChange> {
    // Before the ticket, since it may be in production.
    await lockPointerOf(tx, id);
    const locked = await this.deltas.lock(tx, id);
    requireMatch(options.ifMatch, versionTag(locked.version));
    const released = locked.stage === production(locked.stages).name;
    // One that was closed after its release is only archived: what it brought can still be taken back.
    if (!released || options.toRevision !== undefined) requireOpen(locked, options.base);
    const ticket = requireStamped(locked, options.base);
    requireScope(options.principal, `map:${ticket.stage}`);
    if (options.toRevision !== undefined) return this.toRevision(tx, ticket, options.toRevision, options);
    if (released) return this.releases.run(tx, ticket, options);
    return this.thaw(tx, ticket, options);
  }

  private async thaw(tx: Tx, ticket: StampedTicket, { actor, reason }: RevertOptions): Promise<StageChange> {
    const before = stageBefore(ticket.stages, ticket.stage);
    if (!before) {
      throw invalid(
        'revert.no_stage_before',
        `${ticket.key} is at ${ticket.stage}, the first stage. To go back to an earlier revision of its modules, name it: {"to_revision": 1}.`,
      );
    }
    const event: EventDraft = {
      type: 'ticket.reverted',
      line: revertedLine({ key: ticket.key, from: ticket.stage, to: before.name, ...(reason ? { reason } : {}) }),
      data: { reason },
    };
    const row = await this.moving.run(
      tx,
      ticket,
      { stage: before.name, position: positionAfterRevert(before), event },
      actor,
    );
    return { ticket, row, revision: ticket.revisionNumber };
  }

  private async toRevision(
    tx: Tx,
    ticket: StampedTicket,
    number: number,
    { actor, reason, base }: RevertOptions,
  ): Promise<StageChange> {
    requireFirstStage(ticket, base);
    const earlier = await this.deltas.revision(tx, ticket.id, number);
    if (!earlier) {
      const last = ticket.revisionNumber;
      throw new DomainError(
        'not_found',
        'revision.unknown',
        `${ticket.key} has no revision ${number}: its last one is ${last}.`,
      );
    }
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    const [before, after] = [deltaOf(ticket), earlier.delta];
    const unchanged = isDeepStrictEqual(before, after);
    if (unchanged) return { ticket, row: ticket.row, revision: ticket.revisionNumber, changes: [] };
    const provenance = { git_commit: earlier.git_commit };
    const revision = await this.deltas.write(tx, ticket, { delta: after, actor, provenance });
    await this.deltas.moveKeys(tx, ticket, after);
    await carryApprovals(tx, { ...ticket, revisionNumber: number }, revision);
    const event: EventDraft = {
      type: 'ticket.reverted',
      line: modulesRevertedLine(ticket.key, number, reason),
      data: { reason, to_revision: number, revision },
    };
    const row = await this.moving.run(tx, ticket, { event }, actor);
    const keys = [...keysOf(before), ...keysOf(after)];
    const [was, is] = [await inSlices(overlaying(map, before)), await inSlices(overlaying(map, after))];
    const changes = await differencesAt(keys, was, is);
    return { ticket, row, revision, changes };
  }
}
