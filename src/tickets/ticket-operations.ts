// POST /api/v1/ticket/<id>/close|reopen/ and GET /history/.
import { Db } from '../platform/database/db.js';
import { notFound } from '../platform/errors.js';
import { schemaNamed } from '../rest/http/documented.js';
import { objectAnswer, writeOptions } from '../rest/http/reply.js';
import { bodyBy } from '../rest/operations/operation-body.js';
import { listOperation, writeOperation } from '../rest/operations/operation.js';
import { LONGEST_REASON, reasonIn } from '../rest/operations/reason.js';
import { asObject } from '../rest/writing/body.js';
import { CloseTicket } from './close-ticket.js';
import { history } from './history.resource.js';
import { ON_TICKET } from './on-ticket.js';
import { ticket } from './ticket.resources.js';

const REASON = bodyBy(readReason, {
  schema: {
    type: 'object',
    description: 'Why.',
    properties: { reason: { type: 'string', maxLength: LONGEST_REASON, description: 'The reason, for the history.' } },
  },
  example: { reason: 'No longer needed' },
  required: false,
});
const TICKET = { description: 'The ticket as it is now.', schema: schemaNamed('Ticket') };

export const ticketHistory = listOperation({
  name: 'history_ticket',
  route: 'GET ticket/:id/history',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Tickets',
  summary: 'What happened to a ticket',
  description: "Oldest first. A deleted ticket's history stays readable by its id.",
  page: 'A page of the history.',
  list: history,
  failures: [400, 404],
  use: Db,
  below: async (db, { at: id }) => {
    const [known] = await db.run({ text: 'SELECT 1 FROM event WHERE ticket_id = $1 LIMIT 1', values: [id] });
    if (!known) throw notFound(`There is no ticket ${id}.`);
    return { column: 't.ticket_id', value: id };
  },
});

export const closeTicket = writeOperation({
  name: 'close_ticket',
  route: 'POST ticket/:id/close',
  at: ON_TICKET,
  needs: 'ticket:write',
  tag: 'Tickets',
  summary: 'Close a ticket',
  description: 'A closed ticket refuses status updates until it is reopened. Closing twice changes nothing.',
  ifMatch: 'offered',
  body: REASON,
  reply: TICKET,
  use: CloseTicket,
  write: (closing, { at: id, body: reason, request }) => {
    const options = writeOptions(request);
    return async (tx) => objectAnswer(ticket, 200, await closing.close(tx, id, reason, options));
  },
});

export const reopenTicket = writeOperation({
  name: 'reopen_ticket',
  route: 'POST ticket/:id/reopen',
  at: ON_TICKET,
  needs: 'ticket:write',
  tag: 'Tickets',
  summary: 'Reopen a ticket',
  description: 'It keeps its step; a complete ticket returns to the queue (100).',
  ifMatch: 'offered',
  body: REASON,
  reply: TICKET,
  use: CloseTicket,
  write: (closing, { at: id, body: reason, request }) => {
    const options = writeOptions(request);
    return async (tx) => objectAnswer(ticket, 200, await closing.reopen(tx, id, reason, options));
  },
});

/** `{"reason": "…"}`, or no body at all. */
function readReason(body: unknown): string | undefined {
  return body === undefined || body === null ? undefined : reasonIn(asObject(body));
}
