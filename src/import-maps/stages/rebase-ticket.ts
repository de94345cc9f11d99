// POST ticket/<id>/rebase/ (import-maps.md, section 4): settles the keys that production overtook, one choice each.
import type { OperationContext } from '../../rest/operations/operation-context.js';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { requireScope } from '../../platform/principal.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { rebasedLine } from '../../log/lines/stage-lines.js';
import { type Choice, rebasing } from '../domain/conflict.js';
import { type Delta, keysOf, entryKey, overlaying } from '../domain/delta.js';
import { keyText, type MapKey, wireKey } from '../domain/map-key.js';
import { GONE } from '../domain/source-base.js';
import { ProductionMaps } from '../store/production-maps.js';
import { giveUp } from '../store/source-history.js';
import { deltaOf, TicketDeltas, type StampedTicket } from '../store/ticket-deltas.js';
import { overtakenWarnings } from './delta-warnings.js';
import { voidApprovals } from '../../promotion/approvals/follow-revisions.js';
import { MoveTicket } from '../../promotion/move-ticket.js';
import { differencesAt, type StageChange } from './stage-change.js';
import { requireFirstStage, requireOpen, requireStamped } from '../../promotion/ticket-demands.js';
import type { EventDraft } from '../../rest/resource.js';
import { quoted } from '../../platform/redact.js';

@Injectable()
export class RebaseTicket {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
    private readonly moving: MoveTicket,
  ) {}

  /**
   * `mine` bases the key on what production is now, `theirs` gives it up. Rejects with not_found; precondition; invalid
   * `rebase.unknown_key`; conflict `ticket.closed`, `ticket.unstamped`, `ticket.frozen`. What is still overtaken is a warning.
   */
  async run(tx: Tx, id: number, choices: ReadonlyMap<MapKey, Choice>, options: OperationContext): Promise<StageChange> {
    const locked = await this.deltas.lock(tx, id);
    requireMatch(options.ifMatch, versionTag(locked.version));
    requireOpen(locked, options.base);
    const ticket = requireStamped(locked, options.base);
    requireFirstStage(ticket, options.base);
    requireScope(options.principal, `map:${ticket.stage}`);
    const before = deltaOf(ticket);
    refuseUnknown(ticket, choices);
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    const after = await inSlices(rebasing(before, map, choices));
    const warnings = await overtakenWarnings(tx, ticket, after, map);
    if (isSame(after, before))
      return { ticket, row: ticket.row, revision: ticket.revisionNumber, changes: [], warnings };
    const revision = await this.deltas.write(tx, ticket, {
      delta: after,
      actor: options.actor,
      provenance: { git_commit: ticket.revision?.git_commit ?? null },
    });
    await this.deltas.moveKeys(tx, ticket, after);
    await voidApprovals(tx, ticket, options.actor);
    await giveUp(tx, id, givenUp(before, choices));
    const chosen = Object.fromEntries([...choices].map(([key, choice]) => [wireKey(key), choice]));
    const event: EventDraft = {
      type: 'ticket.rebased',
      line: rebasedLine(
        ticket.key,
        ticket.release,
        [...choices].map(([key, choice]) => `${keyText(key)} ${choice}`),
      ),
      data: { revision, release: ticket.release, choices: chosen },
    };
    const row = await this.moving.run(tx, ticket, { event }, options.actor);
    return {
      ticket,
      row,
      revision,
      changes: await differencesAt(
        keysOf(before),
        await inSlices(overlaying(map, before)),
        await inSlices(overlaying(map, after)),
      ),
      warnings,
    };
  }
}

/** A rebase leaves operations that it doesn't change the same objects. */
const isSame = (after: Delta, before: Delta): boolean =>
  after.length === before.length && after.every((operation, at) => operation === before[at]);

/** Of a watched folder's files: the versions that the ticket had and gives up. */
function givenUp(before: Delta, choices: ReadonlyMap<MapKey, Choice>): Map<MapKey, string> {
  return new Map(
    before.flatMap((operation): [MapKey, string][] => {
      const { set, compared, built } = operation;
      if (!(compared || built !== undefined) || choices.get(entryKey(operation)) !== 'theirs') return [];
      return [[entryKey(operation), set ? (set.source ?? '') : GONE]];
    }),
  );
}

function refuseUnknown(ticket: StampedTicket, choices: ReadonlyMap<MapKey, Choice>): void {
  const keys = new Set(keysOf(deltaOf(ticket)));
  const unknown = [...choices.keys()].find((key) => !keys.has(key));
  if (unknown === undefined) return;
  const known = [...keys].slice(0, 20).map(wireKey);
  throw new DomainError(
    'invalid',
    'rebase.unknown_key',
    `${ticket.key} doesn't change ${quoted(keyText(unknown), 200)}. It changes ${known.map((key) => quoted(key, 100)).join(', ') || 'nothing'}.`,
    { data: { keys: known } },
  );
}
