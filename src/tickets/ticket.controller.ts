// GET /api/v1/ticket/<id>/, which can wait for a condition.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { invalid } from '../platform/errors.js';
import { failures, jsonReply, pathParameter, schemaNamed } from '../rest/http/documented.js';
import { DOCUMENTED_CALLS } from '../rest/http/openapi-texts.js';
import { type IdRequest, ResourceHandler } from '../rest/http/resource-handler.js';
import { ticket } from './ticket.resources.js';
import { parseUntil, parseWait, TicketWaiter } from './ticket-waiter.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');
const TICKET = jsonReply(200, 'The ticket as it is now.', schemaNamed('Ticket'));

@ApiTags('Tickets')
@Controller('api/v1/ticket')
export class TicketController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly waiter: TicketWaiter,
  ) {}

  @Get(':id')
  @Needs('read', 'ticket/:id', { waits: true })
  @ApiTags(DOCUMENTED_CALLS)
  @ApiOperation({
    operationId: 'detail_ticket',
    summary: 'Get ticket: model info',
    description:
      'The ticket alone. With `wait` and `until` it answers as soon as the condition holds, or after the wait with the ticket as it is.',
    'x-order': 22,
  } as Parameters<typeof ApiOperation>[0])
  @ID
  @ApiQuery({
    name: 'wait',
    required: false,
    description: 'Seconds to wait for `until`, 60 at most.',
    schema: { type: 'integer', minimum: 0, maximum: 60 },
  })
  @ApiQuery({
    name: 'until',
    required: false,
    description: '`failed`, `complete`, `closed`, `step>=500`, `status=1000`, `version>7`.',
    schema: { type: 'string' },
  })
  @TICKET
  @failures(400, 404)
  async detail(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.wait(request, reply);
    return this.handler.detail(ticket, request, reply);
  }

  private async wait(request: IdRequest, reply: FastifyReply): Promise<void> {
    const { query } = request;
    if (query.wait === undefined && query.until === undefined) return;
    const [wait, until] = [[query.wait].flat().at(-1), [query.until].flat().at(-1)];
    if (wait === undefined || until === undefined)
      throw invalid('wait.incomplete', 'Give both wait (seconds) and until (such as step>=500).');
    const [condition, seconds] = [parseUntil(until), parseWait(wait)];
    const id = await this.handler.idOf(ticket, request);
    await this.waiter.admit(id, principalOf(request).name, reply.raw);
    await this.waiter.wait(id, condition, seconds, (listener) => {
      if (reply.raw.closed) listener();
      else reply.raw.once('close', listener);
    });
  }
}
