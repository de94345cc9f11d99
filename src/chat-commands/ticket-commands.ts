// Commands on a ticket: the use cases that REST runs, and what they came to in a line.
import { Injectable } from '@nestjs/common';
import { holdVerdict } from '../promotion/domain/hold-policy.js';
import { newHold } from '../promotion/holds/hold-body.js';
import { type HeldTicket, HoldTicket } from '../promotion/holds/hold-ticket.js';
import { heldView } from '../promotion/holds/hold-view.js';
import { PromoteTicket } from '../import-maps/stages/promote-ticket.js';
import { RevertTicket } from '../import-maps/stages/revert-ticket.js';
import type { StageChange } from '../import-maps/stages/stage-change.js';
import { changeView } from '../import-maps/stages/stage-view.js';
import type { Tx } from '../platform/database/db.js';
import { DomainError } from '../platform/errors.js';
import { shell } from '../platform/shell-quote.js';
import { because } from '../log/lines/line.js';
import { modulesRevertedLine, promotedLine, revertedLine } from '../log/lines/stage-lines.js';
import { CloseTicket } from '../tickets/close-ticket.js';
import { FORCED_IN_TERMINAL } from './grammar.js';
import type { Outcome, Speaker } from './outcome.js';
import type { Command } from './parse-command.js';
import { optionsOf } from './speaker-options.js';

@Injectable()
export class TicketCommands {
  constructor(
    private readonly promoting: PromoteTicket,
    private readonly reverting: RevertTicket,
    private readonly closing: CloseTicket,
    private readonly holding: HoldTicket,
  ) {}

  async promote(tx: Tx, id: number, { release }: Command, speaker: Speaker): Promise<Outcome> {
    const change = await this.promoting.run(tx, id, { ...optionsOf(speaker), release }).catch((error: unknown) => {
      throw withTerminalLine(error);
    });
    return stageOutcome(change, promotedLine(moveOf(change)), speaker);
  }

  async revert(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    const { reason, toRevision, cascade = false, force = false } = command;
    const options = { ...optionsOf(speaker), reason, toRevision, cascade, force };
    const change = await this.reverting.run(tx, id, options);
    const line =
      toRevision === undefined
        ? revertedLine({ ...moveOf(change), ...(reason === undefined ? {} : { reason }) })
        : modulesRevertedLine(change.ticket.key, toRevision, reason);
    return stageOutcome(change, line, speaker);
  }

  async close(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    return this.closeOrReopen('close', tx, id, command, speaker);
  }

  async reopen(tx: Tx, id: number, command: Command, speaker: Speaker): Promise<Outcome> {
    return this.closeOrReopen('reopen', tx, id, command, speaker);
  }

  private async closeOrReopen(
    verb: 'close' | 'reopen',
    tx: Tx,
    id: number,
    { reason }: Command,
    { actor }: Speaker,
  ): Promise<Outcome> {
    const { body } = await this.closing[verb](tx, id, reason, { context: { actor }, ifMatch: undefined });
    const ticket = JSON.parse(body) as { key: string };
    const state = verb === 'close' ? 'closed' : 'open';
    return { lines: [`${ticket.key} is ${state}${because(reason)}`], result: ticket };
  }

  async hold(tx: Tx, id: number, { reason = '', until }: Command, speaker: Speaker): Promise<Outcome> {
    return heldOutcome(await this.holding.hold(tx, id, newHold(reason, until), optionsOf(speaker)));
  }

  async unhold(tx: Tx, id: number, { reason }: Command, speaker: Speaker): Promise<Outcome> {
    return heldOutcome(await this.holding.unhold(tx, id, reason, optionsOf(speaker)));
  }
}

/** What a missing module stops can be forced, and not in words. */
function withTerminalLine(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.code !== 'imports.unresolved') return error;
  const { ticket } = error.details.data ?? {};
  const line = FORCED_IN_TERMINAL.replace('TKT-1', (key) => (typeof ticket === 'string' ? shell`${ticket}` : key));
  return error.saying(`${error.message}. ${line}`);
}

function moveOf({ ticket, row, flip, revision }: StageChange): Parameters<typeof promotedLine>[0] {
  const result = flip ? { release: flip.release } : { revision };
  return { key: ticket.key, from: ticket.stage ?? '', to: String(row.stage), ...result };
}

async function stageOutcome(change: StageChange, line: string, { base }: Speaker): Promise<Outcome> {
  const warnings = (change.warnings ?? []).map(({ message }) => message);
  const undo = change.gitRevert == null ? [] : [`In git: ${change.gitRevert}`];
  return {
    lines: [line, ...warnings, ...undo],
    result: await changeView({ ...change, ticket: { ...change.ticket, previewKey: null } }, base, false),
    production: change.flip !== undefined,
  };
}

function heldOutcome(held: HeldTicket): Outcome {
  return { lines: [heldSummary(held.ticket.key, held.hold)], result: heldView(held) };
}

/** `TKT-1 is held by ada until 2026-11-22 08:00 UTC: why`, or that nobody holds it. */
export const heldSummary = (key: string, hold: HeldTicket['hold']): string =>
  holdVerdict({ ticketKey: key, ticketId: 0, hold }, '', '').summary;
