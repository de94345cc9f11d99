// Which use case a command runs.
import { Injectable } from '@nestjs/common';
import type { NamedProject } from '../projects/stages/named-stage.js';
import type { Tx } from '../platform/database/db.js';
import { requireScope } from '../platform/principal.js';
import { ApprovalCommands } from './approval-commands.js';
import { grammarOf } from './grammar.js';
import type { Outcome, Speaker, Subject } from './outcome.js';
import type { Command } from './parse-command.js';
import { ReadCommands } from './read-commands.js';
import { StageCommands } from './stage-commands.js';
import { TicketCommands } from './ticket-commands.js';

@Injectable()
export class PerformCommand {
  constructor(
    private readonly tickets: TicketCommands,
    private readonly stages: StageCommands,
    private readonly reading: ReadCommands,
    private readonly approvals: ApprovalCommands,
  ) {}

  /**
   * In the transaction that is open. Rejects with whatever the use case refuses with.
   * @param shown the production release that the command was shown with to whoever confirms it
   */
  run(tx: Tx, command: Command, subject: Subject, speaker: Speaker, shown?: number): Promise<Outcome> | Outcome {
    const id = subject.ticket?.id ?? 0;
    const project = subject.project as NamedProject;
    const { verb } = command;
    const { scope } = grammarOf(verb);
    if (scope) requireScope(speaker.principal, scope);
    switch (verb) {
      case 'status':
        return this.reading.status(tx, id);
      case 'why':
        return this.reading.why(tx, id, speaker);
      case 'list':
        return this.reading.list(tx, project, command);
      case 'help':
      case 'confirm':
        return this.reading.help(command);
      case 'lock':
      case 'unlock':
        return this.stages[verb](tx, project, command, speaker);
      case 'rollback':
        return this.stages.rollback(tx, project, command, speaker, shown);
      default:
        return isApproval(verb)
          ? this.approvals[verb](tx, id, command, speaker)
          : this.tickets[verb](tx, id, command, speaker);
    }
  }
}

const APPROVALS = ['approve', 'reject', 'withdraw', 'override'] as const;
const isApproval = (verb: Command['verb']): verb is (typeof APPROVALS)[number] =>
  (APPROVALS as readonly string[]).includes(verb);
