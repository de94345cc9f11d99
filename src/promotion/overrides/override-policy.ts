// POST ticket/<id>/override/ and /unoverride/ (promotion.md, section 4): who goes past a policy, why, and until when.
import { Injectable } from '@nestjs/common';
import { overriddenLine, overrideWithdrawnLine } from '../../log/lines/approval-lines.js';
import type { Tx } from '../../platform/database/db.js';
import { conflict, invalid } from '../../platform/errors.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import type { OperationContext } from '../../rest/operations/operation-context.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { unknownText } from '../../rest/writing/did-you-mean.js';
import type { Override } from '../domain/override.js';
import { type CarryingTicket, Landings } from '../landings.js';
import { Policies } from '../policies.js';
import { nextVersion } from '../next-version.js';
import { stageAhead } from '../target-stage.js';
import { requireOpen } from '../ticket-demands.js';
import { type OverridePlace, withdrawOverrides, writeOverride } from './override-rows.js';

export interface WantedOverride {
  readonly policy: string;
  /** One of its rules; all of them where it is left out. */
  readonly name?: string | undefined;
  /** The stage to be entered; the next one where it is left out. */
  readonly stage?: string | undefined;
}

export interface GivenOverride {
  readonly ticket: CarryingTicket;
  readonly row: Row;
  readonly stage: string;
  /** Undefined where it was withdrawn. */
  readonly override: Override | undefined;
}

interface Found {
  readonly ticket: CarryingTicket;
  readonly place: OverridePlace;
}

@Injectable()
export class OverridePolicy {
  constructor(
    private readonly landings: Landings,
    private readonly policies: Policies,
  ) {}

  /**
   * For one stage and the revision that the ticket has now. Rejects with not_found; precondition; invalid
   * `override.unknown_policy`, `override.not_overridable`; conflict `ticket.closed`, `stage.not_ahead`.
   */
  async run(
    tx: Tx,
    id: number,
    { reason, hours, ...wanted }: WantedOverride & { readonly reason: string; readonly hours: number },
    context: OperationContext,
  ): Promise<GivenOverride> {
    this.requireOverridable(wanted.policy);
    const { ticket, place } = await this.find(tx, id, wanted, context);
    const { policy, name = null } = wanted;
    const override = await writeOverride(tx, place, { policy, name, reason, actor: context.actor, hours });
    const { until } = override;
    const line = overriddenLine(ticket.key, { ...place, policy, name, until, by: context.actor, why: reason });
    const { stage, revision } = place;
    const data = { policy, name, stage, revision, reason, until };
    const row = await nextVersion(tx, ticket, { type: 'ticket.overridden', line, data }, context);
    return { ticket, row, stage, override };
  }

  /** Rejects as `run`, and with conflict `override.none`. */
  async withdraw(tx: Tx, id: number, wanted: WantedOverride, context: OperationContext): Promise<GivenOverride> {
    this.requireOverridable(wanted.policy);
    const { ticket, place } = await this.find(tx, id, wanted, context);
    const { policy, name = null } = wanted;
    const { stage, revision } = place;
    const gone = await withdrawOverrides(tx, place, { policy, name });
    if (gone.length === 0)
      throw conflict(
        'override.none',
        `No override of ${policy} is in force for revision ${revision} of ${ticket.key} at ${stage}.`,
      );
    const line = overrideWithdrawnLine(ticket.key, context.actor, policy, stage);
    const event: EventDraft = { type: 'ticket.override_withdrawn', line, data: { policy, name, stage, revision } };
    return { ticket, row: await nextVersion(tx, ticket, event, context), stage, override: undefined };
  }

  private requireOverridable(name: string): void {
    const known = this.policies.known.filter(({ overridable }) => overridable).map((policy) => policy.name);
    if (known.includes(name)) return;
    if (this.policies.known.some((policy) => policy.name === name))
      throw invalid(
        'override.not_overridable',
        `The policy '${name}' can't be overridden. Overridable: ${known.join(', ')}.`,
      );
    throw invalid('override.unknown_policy', unknownText('policy', name, known));
  }

  private async find(tx: Tx, id: number, { stage }: WantedOverride, context: OperationContext): Promise<Found> {
    const ticket = await this.landings.only.lock(tx, id);
    requireMatch(context.ifMatch, versionTag(ticket.version));
    requireOpen(ticket, context.base);
    const place = { ticket: id, stage: stageAhead(ticket, stage).name, revision: ticket.revisionNumber };
    return { ticket, place };
  }
}
