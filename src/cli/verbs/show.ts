// stamp show: one ticket, as it is now or as soon as it is somewhere.
import { ticketNamed } from '../tickets/ticket-name.js';
import { sayTicketPage } from '../tickets/ticket-page.js';
import type { Verb } from '../session/verb.js';
import { WAIT_OPTIONS, waitAsAsked } from '../tickets/wait.js';
import { readWhole } from '../tickets/whole-ticket.js';
import { FULL_TICKET_FIELDS, WHY_FIELDS } from '../words/json-shapes.js';

export const show: Verb = {
  name: 'show',
  takes: '[ticket]',
  summary: 'Show a ticket as it is now',
  description:
    'Its step and stage, its parts, why it failed, and what to do next. With --wait it shows them as soon as the condition holds: exit code 0, 5 when the ticket failed instead, 8 when the time is over.',
  completes: 'ticket',
  options: [...WAIT_OPTIONS],
  json: { ...FULL_TICKET_FIELDS, links: true, components: true, why: WHY_FIELDS, preview: true },
  examples: [
    { run: 'stamp show TKT-1', says: 'where it is, its parts, and what to do next' },
    { run: 'stamp show TKT-1 --json=key,current_workflow_step', says: 'two fields, for a script' },
    { run: "stamp show TKT-1 --wait 'step>=100' --timeout 30s", says: 'as soon as it is there' },
  ],
  run: async (session, [name], options) => {
    const { out, settings } = session;
    const key = await ticketNamed(session, name, options);
    const waited = await waitAsAsked(session, key, options);
    const ticket = await readWhole(session, key);
    out.result(ticket, () => sayTicketPage(out, ticket, settings.url));
    if (waited?.instead) out.error(waited.instead);
    return waited?.exit;
  },
};
