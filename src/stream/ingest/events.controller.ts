// POST /events: what the world outside tells the stream.
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failures, IDEMPOTENCY_KEY, jsonReply } from '../../rest/http/documented.js';
import { inSlices } from '../../platform/in-slices.js';
import { keyedRequest, sendAnswer, writeOptions } from '../../rest/http/reply.js';
import { Idempotency } from '../../rest/writing/idempotency.js';
import { BINARY_HEADERS, EVENTS_BODY, EVENTS_REPLY, EVENTS_TEXT } from './events-docs.js';
import { IngestEvents } from './ingest-events.js';
import { readEvents } from './read-events.js';
import { Needs } from '../../platform/http/required-scope.js';

@ApiTags('The stream')
@Controller('events')
export class EventsController {
  constructor(
    private readonly ingest: IngestEvents,
    private readonly idempotency: Idempotency,
  ) {}

  @Post()
  @Needs('event:write', 'written')
  @ApiOperation({
    operationId: 'post_events',
    summary: 'Send events to the stream',
    description: EVENTS_TEXT,
    requestBody: EVENTS_BODY,
  })
  @IDEMPOTENCY_KEY
  @BINARY_HEADERS
  @jsonReply(202, 'Taken.', EVENTS_REPLY)
  @jsonReply(200, 'None of the events is new.', EVENTS_REPLY)
  @failures(400, 409, 413, 415, 422)
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { rawBody: sent, raw } = request;
    const events = await inSlices(readEvents({ body: sent, headers: raw.headersDistinct }, randomUUID));
    const { context } = writeOptions(request);
    const answer = await this.idempotency.inTransaction(keyedRequest(request), async (tx) => {
      const taken = await this.ingest.run(tx, events, context);
      const repeated = taken.filter((one) => one.repeated).length;
      const body = { taken: taken.length - repeated, repeated, events: taken };
      return { status: repeated === taken.length ? 200 : 202, body: JSON.stringify(body) };
    });
    sendAnswer(request, reply, answer);
  }
}
