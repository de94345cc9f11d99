// stamp complete: the rest of a ticket's way, step by step as strict projects want it.
import { shell } from '../../platform/shell-quote.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { isComplete, isFailed, LINE, positionText, stepText } from '../tickets/steps.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { sayPosition } from './status.js';
import { TICKET_FIELDS } from '../words/json-shapes.js';

export const complete: Verb = {
  name: 'complete',
  takes: '[ticket]',
  summary: 'Move a ticket to Complete, through the remaining steps',
  description:
    'A ticket that has failed is not completed (exit code 5); one that is already complete does not change. In a strict project it is refused while subtickets are not complete.',
  completes: 'ticket',
  options: [['--dry-run', 'print the steps, and change nothing']],
  json: TICKET_FIELDS,
  examples: [
    { run: 'stamp complete TKT-1 --dry-run', says: 'which steps are left' },
    { run: 'stamp complete TKT-1', says: 'moves through them' },
  ],
  run: async (session, [name], options) => {
    const { out, server } = session;
    const key = await ticketNamed(session, name, options);
    let ticket = await readTicket(session, key);
    if (isFailed(ticket))
      throw new CliError(
        `${ticket.key} has failed (${positionText(ticket)}): ${shell`stamp show ${ticket.key}`} shows what to do next.`,
        EXIT.failed,
      );
    const left = isComplete(ticket) ? [] : LINE.slice(LINE.indexOf(ticket.current_workflow_step) + 1);
    const moves = left.map((step) => ({ current_workflow_step: step, status: step === '1000' ? '1000' : '000' }));
    if (options.dryRun) {
      out.result(moves, () =>
        moves.forEach((move) =>
          out.say(
            out.isTerminal ? `would move to ${stepText(move.current_workflow_step)}` : move.current_workflow_step,
          ),
        ),
      );
      return undefined;
    }
    const path = { id: String(ticket.id) };
    for (const body of moves)
      await server.of(server.api.PATCH('/api/v1/updateticketstatus/{id}/', { params: { path }, body }));
    if (moves.length > 0) ticket = await readTicket(session, String(ticket.id));
    out.result(ticket, () => sayPosition(out, ticket));
    return undefined;
  },
};
