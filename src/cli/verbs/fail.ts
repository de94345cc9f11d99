// stamp fail: a ticket that can't go on, and why.
import { FAILURE_OPTIONS, failureReport } from '../tickets/failure-report.js';
import { textOf } from '../words/options.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { sayPosition } from './status.js';
import { TICKET_FIELDS } from '../words/json-shapes.js';

export const fail: Verb = {
  name: 'fail',
  takes: '[ticket]',
  summary: 'Report that a ticket failed, and why',
  description: 'The ticket keeps the step at which it failed: stamp status <ticket> <step> returns to it.',
  completes: 'ticket',
  options: [...FAILURE_OPTIONS, ['--sub <id>', 'the subticket that caused it']],
  json: TICKET_FIELDS,
  examples: [
    {
      run: 'stamp fail TKT-1 --reason "The image does not boot" --kind infra --log http://ci.example/7.log',
      says: 'with a reason for people and a kind for tools',
    },
  ],
  run: async (session, [name], options) => {
    const { out, server } = session;
    const id = await ticketNamed(session, name, options);
    const subticket = textOf(options, 'sub');
    const body = { ...failureReport(options), ...(subticket === undefined ? {} : { subticket }) };
    await server.of(server.api.PATCH('/api/v1/updateticketstatus/{id}/', { params: { path: { id } }, body }));
    const ticket = await readTicket(session, id);
    out.result(ticket, () => sayPosition(out, ticket));
    return undefined;
  },
};
