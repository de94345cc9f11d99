// Commands about approvals and overrides: the use cases that REST runs, and what they came to in a line.
import { Injectable } from '@nestjs/common';
import { approvedLine, overriddenLine, rejectedLine } from '../log/lines/approval-lines.js';
import type { Tx } from '../platform/database/db.js';
import { invalid } from '../platform/errors.js';
import { approvalView } from '../promotion/approvals/approval-view.js';
import { GiveApproval, type GivenApproval, type WantedApproval } from '../promotion/approvals/give-approval.js';
import { LONGEST_HOURS } from '../promotion/domain/override.js';
import { overrideView } from '../promotion/overrides/override-view.js';
import { OverridePolicy } from '../promotion/overrides/override-policy.js';
import type { Outcome, Speaker } from './outcome.js';
import type { Command } from './parse-command.js';
import { optionsOf } from './speaker-options.js';

const USUAL_HOURS = 4;

@Injectable()
export class ApprovalCommands {
  constructor(
    private readonly approving: GiveApproval,
    private readonly overriding: OverridePolicy,
  ) {}

  async approve(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    const { comment = '' } = command;
    const wanted = { ...wantedOf(command), kind: 'approve', comment } as const;
    return approvalOutcome(await this.approving.run(tx, id, wanted, optionsOf(speaker)), comment);
  }

  async reject(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    const { reason = '' } = command;
    const wanted = { ...wantedOf(command), kind: 'reject', comment: reason } as const;
    return approvalOutcome(await this.approving.run(tx, id, wanted, optionsOf(speaker)), reason);
  }

  async withdraw(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    return approvalOutcome(await this.approving.withdraw(tx, id, wantedOf(command), optionsOf(speaker)), '');
  }

  async override(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    const { policy = '', reason = '', hours = USUAL_HOURS, stage, rule: name } = command;
    if (hours < 1 || hours > LONGEST_HOURS)
      throw invalid('command.no_number', `--hours must be a number from 1 to ${LONGEST_HOURS}.`);
    const given = await this.overriding.run(tx, id, { policy, name, stage, reason, hours }, optionsOf(speaker));
    const { key } = given.ticket;
    const until = given.override?.until ?? '';
    const said = { policy, name: name ?? null, stage: given.stage, until, by: speaker.actor, why: reason };
    return { lines: [overriddenLine(key, said)], result: overrideView(given) };
  }
}

const wantedOf = ({ stage, rule, as }: Command): WantedApproval => ({ stage, name: rule, as });

function approvalOutcome(given: GivenApproval, why: string): Outcome {
  const { ticket, stage, by, approval } = given;
  const result = approvalView(given);
  if (!approval) return { lines: [`${by.by} withdrew what they said of ${ticket.key} for ${stage}`], result };
  const { kind, revision, name } = approval;
  const said = { key: ticket.key, stage, revision, name, by: by.by, why };
  return { lines: [kind === 'approve' ? approvedLine(said) : rejectedLine(said)], result };
}
