// POST /api/v1/bundle/.
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../platform/database/db.js';
import { failures, IDEMPOTENCY_KEY, jsonBody, jsonReply, schemaNamed } from '../rest/http/documented.js';
import { keyedRequest, sendAnswer, writeOptions } from '../rest/http/reply.js';
import { versionTag } from '../rest/http/entity-tag.js';
import type { ObjectJson } from '../rest/object-json.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { resourceNamed, uriOf } from '../rest/resource.js';
import { Idempotency, type WriteAnswer } from '../rest/writing/idempotency.js';
import { readBundle } from './bundle-body.js';
import { BUNDLE_EXAMPLE, BUNDLE_SCHEMA } from './bundle-schema.js';
import { CreateBundle } from './create-bundle.js';
import { Needs } from '../platform/http/required-scope.js';

@ApiTags('Tickets')
@Controller('api/v1/bundle')
export class BundleController {
  constructor(
    private readonly bundles: CreateBundle,
    private readonly objects: ObjectReader,
    private readonly idempotency: Idempotency,
  ) {}

  @Post()
  @Needs('ticket:write', 'written')
  @ApiOperation({
    operationId: 'create_bundle',
    summary: 'Create a ticket with all its parts',
    description:
      'Links, people, components, source packages, uploads, subtickets and artifacts in one transaction. Nothing is kept if any part is bad, and the error names the part.',
  })
  @IDEMPOTENCY_KEY
  @jsonBody(BUNDLE_SCHEMA, BUNDLE_EXAMPLE)
  @jsonReply(201, 'The full ticket. `Location` is the ticket.', schemaNamed('Fullticket'))
  @failures(400, 409, 413, 415, 422)
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bundle = readBundle(request.body);
    const answer = await this.idempotency.inTransaction(keyedRequest(request), async (tx) =>
      this.answer(tx, await this.bundles.run(tx, bundle, writeOptions(request))),
    );
    sendAnswer(request, reply, answer);
  }

  private async answer(tx: Tx, id: number): Promise<WriteAnswer> {
    const { body } = (await this.objects.read(resourceNamed('fullticket'), id, tx)) as ObjectJson;
    const { version } = JSON.parse(body) as { version: number };
    return { status: 201, body, location: uriOf(resourceNamed('ticket'), id), etag: versionTag(version) };
  }
}
