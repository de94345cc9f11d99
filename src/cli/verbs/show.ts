// stamp show: one ticket, as it is now.
import { readTicket, ticketNamed } from '../ticket-name.js';
import type { Verb } from '../verb.js';

export const show: Verb = {
  name: 'show',
  takes: '[ticket]',
  summary: 'Show a ticket as it is now',
  completes: 'ticket',
  examples: [
    { run: 'stamp show TKT-1', says: 'where it is, whose it is' },
    { run: 'stamp show TKT-1 --json=key,current_workflow_step', says: 'two fields, for a script' },
  ],
  run: async (session, [name], options) => {
    const { out } = session;
    const ticket = await readTicket(session, ticketNamed(session, name, options));
    out.result(ticket, () => out.say(`${out.paint('bold', ticket.key)} ${ticket.title}`));
    return undefined;
  },
};
