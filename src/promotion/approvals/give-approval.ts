// POST ticket/<id>/approve/, /reject/ and /withdraw/ (promotion.md, section 2): what people say of a revision before a stage.
import { Injectable } from '@nestjs/common';
import { approvedLine, rejectedLine, withdrawnLine } from '../../log/lines/approval-lines.js';
import type { Tx } from '../../platform/database/db.js';
import { conflict, DomainError, invalid } from '../../platform/errors.js';
import { quoted } from '../../platform/redact.js';
import type { PolicyRule } from '../../projects/policy-rules.js';
import type { Stage } from '../../projects/stages/stage-order.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import type { OperationContext } from '../../rest/operations/operation-context.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { type Approval, candidateOf, isEligible } from '../domain/approvals-policy.js';
import { type CarryingTicket, Landings } from '../landings.js';
import { approvalsFacts } from '../policies/approvals.js';
import { rulesFor } from '../rules.js';
import { nextVersion } from '../next-version.js';
import { stageAhead } from '../target-stage.js';
import { requireOpen } from '../ticket-demands.js';
import { withdrawApprovals, writeApproval } from './approval-rows.js';
import { type Identity, speakerOf } from './identity.js';

export interface WantedApproval {
  /** The stage to be entered; the next one where it is left out. */
  readonly stage?: string | undefined;
  /** The rule that it is for; every one that fits where it is left out. */
  readonly name?: string | undefined;
  /** Who speaks, where the server asks for no tokens. */
  readonly as?: string | undefined;
}

export interface GivenApproval {
  readonly ticket: CarryingTicket;
  readonly row: Row;
  readonly stage: string;
  readonly by: Identity;
  /** What is in force now; undefined where it was withdrawn. */
  readonly approval: Approval | undefined;
  readonly changed: boolean;
}

interface Said extends Identity {
  readonly ticket: CarryingTicket;
  readonly stage: Stage;
  readonly rules: readonly PolicyRule[];
}

@Injectable()
export class GiveApproval {
  constructor(private readonly landings: Landings) {}

  /**
   * Bound to the revision that the ticket has behind its lock, so that an upload at the same moment never has it. Saying it
   * again changes nothing; the contrary of what the person said before replaces that. Rejects with not_found; precondition;
   * invalid `approval.as_missing`, `approval.as_with_token`, `approval.unknown_rule`; forbidden `approval.not_eligible`;
   * conflict `ticket.closed`, `stage.not_ahead`.
   */
  async run(
    tx: Tx,
    id: number,
    { kind, comment, ...wanted }: WantedApproval & Pick<Approval, 'kind' | 'comment'>,
    context: OperationContext,
  ): Promise<GivenApproval> {
    const said = await this.said(tx, id, wanted, context);
    const { ticket, stage, who, by, checked } = said;
    await requireEligible(tx, said);
    const name = wanted.name ?? null;
    const at = { ticket: ticket.id, stage: stage.name, revision: ticket.revisionNumber };
    const approval = await writeApproval(tx, { ...at, kind, name, who, by, checked, at: ticket.stage, comment });
    const given = { kind, name, who, by, comment, revision: at.revision, at: ticket.stage, since: '' };
    if (!approval) return { ticket, row: ticket.row, stage: stage.name, by: said, approval: given, changed: false };
    const lineOf = kind === 'approve' ? approvedLine : rejectedLine;
    const event: EventDraft = {
      type: kind === 'approve' ? 'ticket.approved' : 'ticket.rejected',
      line: lineOf({ key: ticket.key, stage: stage.name, revision: at.revision, name, by, why: comment }),
      data: { stage: stage.name, revision: at.revision, name, by, checked, comment },
    };
    return {
      ticket,
      row: await nextVersion(tx, ticket, event, context),
      stage: stage.name,
      by: said,
      approval,
      changed: true,
    };
  }

  /** All that somebody said of the revision for the stage. Rejects as `run`, and with conflict `approval.none`. */
  async withdraw(tx: Tx, id: number, wanted: WantedApproval, context: OperationContext): Promise<GivenApproval> {
    const said = await this.said(tx, id, wanted, context);
    const { ticket, stage, who, by } = said;
    const [revision, name] = [ticket.revisionNumber, wanted.name ?? null];
    const [first] = await withdrawApprovals(tx, { ticket: ticket.id, stage: stage.name, revision, who, name });
    if (!first)
      throw conflict(
        'approval.none',
        `${by} has neither approved nor rejected revision ${revision} of ${ticket.key} for ${stage.name}.`,
      );
    const event: EventDraft = {
      type: 'ticket.approval_withdrawn',
      line: withdrawnLine(ticket.key, by, first.kind, stage.name),
      data: { stage: stage.name, revision, name, by, kind: first.kind },
    };
    const row = await nextVersion(tx, ticket, event, context);
    return { ticket, row, stage: stage.name, by: said, approval: undefined, changed: true };
  }

  private async said(tx: Tx, id: number, wanted: WantedApproval, context: OperationContext): Promise<Said> {
    const ticket = await this.landings.only.lock(tx, id);
    requireMatch(context.ifMatch, versionTag(ticket.version));
    requireOpen(ticket, context.base);
    const stage = stageAhead(ticket, wanted.stage);
    const all = rulesFor(ticket.rules, stage.name).filter(({ policy }) => policy === 'approvals');
    const rules = wanted.name === undefined ? all : all.filter(({ name }) => name === wanted.name);
    if (wanted.name !== undefined && rules.length === 0) throw unknownRule(wanted.name, stage.name, all);
    return { ...(await speakerOf(tx, context.principal, wanted.as, all.length > 0)), ticket, stage, rules };
  }
}

function unknownRule(name: string, stage: string, rules: readonly PolicyRule[]): DomainError {
  const names = rules.flatMap((rule) => rule.name ?? []);
  const known = names.length === 0 ? 'It has no rule with a name: leave name out.' : `Known: ${names.join(', ')}.`;
  return invalid('approval.unknown_rule', `No rule '${quoted(name, 100)}' asks for approvals at ${stage}. ${known}`);
}

/** Where rules ask for approvals, one of them has to count this person. */
async function requireEligible(tx: Tx, { ticket, stage, rules, who, by }: Said): Promise<void> {
  if (rules.length === 0) return;
  const { revisionNumber: revision, uploader } = ticket;
  const { members, own } = await approvalsFacts(tx, { ticket, to: stage, revision, uploader });
  const candidate = candidateOf({ who, by }, members);
  if (rules.some((rule) => isEligible(candidate, rule, own))) return;
  const isOwn = own.has(who) ? ' They own the ticket or uploaded the revision.' : '';
  const roles = [...new Set(rules.flatMap((rule) => (rule.roles as string[] | undefined) ?? []))];
  const asked =
    roles.length === 0
      ? ''
      : ` The rules ask for the role ${roles.join(' or ')}; they have ${candidate.roles.join(', ') || 'none'}.`;
  throw new DomainError(
    'forbidden',
    'approval.not_eligible',
    `${by} cannot approve ${ticket.key} for ${stage.name}.${isOwn}${asked}`,
    { data: { ticket: ticket.key, stage: stage.name } },
  );
}
