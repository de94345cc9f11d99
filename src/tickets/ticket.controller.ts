// What a ticket's URL does beyond the dialect: waiting, closing, reopening, history.
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../platform/database/db.js';
import { invalid, notFound } from '../platform/errors.js';
import {
  failures,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  jsonBody,
  jsonReply,
  pathParameter,
  schemaNamed,
} from '../rest/http/documented.js';
import { DOCUMENTED_CALLS, LIST_PARAMETERS } from '../rest/http/openapi-texts.js';
import { keyedRequest, objectAnswer, sendAnswer, writeOptions } from '../rest/http/reply.js';
import { type IdRequest, ResourceHandler } from '../rest/http/resource-handler.js';
import type { ObjectJson } from '../rest/object-json.js';
import { asObject } from '../rest/writing/body.js';
import { Idempotency } from '../rest/writing/idempotency.js';
import type { WriteOptions } from '../rest/writing/resource-writer.js';
import { CloseTicket } from './close-ticket.js';
import { history } from './history.resource.js';
import { ticket } from './ticket.resources.js';
import { parseUntil, parseWait, TicketWaiter } from './ticket-waiter.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');
const REASON = jsonBody(
  {
    type: 'object',
    description: 'Why.',
    properties: { reason: { type: 'string', maxLength: 500, description: 'Goes into the history.' } },
  },
  { reason: 'Not needed any more' },
  { required: false },
);
const TICKET = jsonReply(200, 'The ticket as it is now.', schemaNamed('Ticket'));

@ApiTags('Tickets')
@Controller('api/v1/ticket')
export class TicketController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly waiter: TicketWaiter,
    private readonly closing: CloseTicket,
    private readonly idempotency: Idempotency,
    private readonly db: Db,
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
      throw invalid('wait.incomplete', 'Say both wait (seconds) and until (such as step>=500).');
    const [condition, seconds] = [parseUntil(until), parseWait(wait)];
    const id = await this.handler.idOf(ticket, request);
    await this.waiter.admit(id, principalOf(request).name, reply.raw);
    await this.waiter.wait(id, condition, seconds, (listener) => {
      if (reply.raw.closed) listener();
      else reply.raw.once('close', listener);
    });
  }

  @Get(':id/history')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'history_ticket',
    summary: 'What happened to a ticket',
    description: "Oldest first. A deleted ticket's history stays readable by its id.",
  })
  @ID
  @ApiQuery(LIST_PARAMETERS[0] as never)
  @ApiQuery(LIST_PARAMETERS[1] as never)
  @ApiQuery(LIST_PARAMETERS[2] as never)
  @jsonReply(200, 'A page of the history.', schemaNamed('HistoryList'))
  @failures(400, 404)
  async history(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(ticket, request);
    const [known] = await this.db.run({ text: 'SELECT 1 FROM event WHERE ticket_id = $1 LIMIT 1', values: [id] });
    if (!known) throw notFound(`There is no ticket ${id}.`);
    return this.handler.list(history, request, reply, { column: 't.ticket_id', value: id });
  }

  @Post(':id/close')
  @Needs('ticket:write', 'ticket/:id')
  @ApiOperation({
    operationId: 'close_ticket',
    summary: 'Close a ticket',
    description: 'A closed ticket refuses status updates until it is reopened. Closing twice changes nothing.',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @REASON
  @TICKET
  @failures(400, 404, 409, 412, 415, 422)
  close(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.run(request, reply, (tx, id, reason, options) => this.closing.close(tx, id, reason, options));
  }

  @Post(':id/reopen')
  @Needs('ticket:write', 'ticket/:id')
  @ApiOperation({
    operationId: 'reopen_ticket',
    summary: 'Reopen a ticket',
    description: 'Where it stood; a complete ticket goes back to the queue (100).',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @REASON
  @TICKET
  @failures(400, 404, 409, 412, 415, 422)
  reopen(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.run(request, reply, (tx, id, reason, options) => this.closing.reopen(tx, id, reason, options));
  }

  private async run(
    request: IdRequest,
    reply: FastifyReply,
    work: (tx: Tx, id: number, reason: string | undefined, options: WriteOptions) => Promise<ObjectJson>,
  ): Promise<void> {
    const id = await this.handler.idOf(ticket, request);
    const reason = reasonOf(request);
    const answer = await this.idempotency.inTransaction(keyedRequest(request), async (tx) =>
      objectAnswer(ticket, 200, await work(tx, id, reason, writeOptions(request))),
    );
    sendAnswer(request, reply, answer);
  }
}

/** `{"reason": "…"}`, or no body at all. */
function reasonOf(request: FastifyRequest): string | undefined {
  if (request.body === undefined || request.body === null) return undefined;
  const { reason } = asObject(request.body);
  if (reason === undefined || reason === null) return undefined;
  if (typeof reason === 'string' && reason.length <= 500 && !reason.includes('\0') && reason.isWellFormed())
    return reason;
  throw invalid('reason.invalid', 'A reason is a text of at most 500 characters.');
}
