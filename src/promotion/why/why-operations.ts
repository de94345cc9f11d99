// GET /api/v1/ticket/<id>/why/.
import { ApiQuery } from '@nestjs/swagger';
import { readOperation } from '../../rest/operations/operation.js';
import { lastOf } from '../../rest/reading/list-query.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { WHY } from '../replies.js';
import { ReadWhy } from './read-why.js';

export const whyTicket = readOperation({
  name: 'why_ticket',
  route: 'GET ticket/:id/why',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  summary: "Why a ticket can't be promoted",
  description: 'The verdict of each policy on a promotion now, worst first, with next actions.',
  reply: { description: 'The verdicts.', schema: WHY },
  query: [
    ApiQuery({
      name: 'to',
      required: false,
      description: 'A stage ahead of the ticket; the next one if it is left out.',
      schema: { type: 'string' },
    }),
  ],
  use: ReadWhy,
  read: (why, { at: id, context, query }) => why.run(id, context.base, lastOf(query.to)),
});
