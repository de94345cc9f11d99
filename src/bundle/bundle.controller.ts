// POST /api/v1/bundle/.
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../platform/database/db.js';
import { ERROR_RESPONSES } from '../platform/http/error-schema.js';
import { keyedRequest, sendAnswer, writeOptions } from '../rest/http/reply.js';
import { versionTag } from '../rest/http/entity-tag.js';
import { ObjectReader } from '../rest/reading/object-reader.js';
import { resourceNamed, uriOf } from '../rest/resource.js';
import { Idempotency, type WriteAnswer } from '../rest/writing/idempotency.js';
import { readBundle } from './bundle-body.js';
import { BUNDLE_EXAMPLE, BUNDLE_SCHEMA } from './bundle-schema.js';
import { CreateBundle } from './create-bundle.js';

@ApiTags('Tickets')
@Controller('api/v1/bundle')
export class BundleController {
  constructor(
    private readonly bundles: CreateBundle,
    private readonly objects: ObjectReader,
    private readonly idempotency: Idempotency,
    private readonly db: Db,
  ) {}

  @Post()
  @ApiOperation({
    operationId: 'create_bundle',
    summary: 'Create a ticket with all its parts',
    description:
      'Links, people, components, source packages, uploads, subtickets and artifacts in one transaction. Nothing is kept if any part is bad, and the error names the part.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes a repeat safe for 48 h.',
    schema: { type: 'string', maxLength: 255 },
  })
  @ApiBody({
    required: true,
    schema: BUNDLE_SCHEMA as object,
    examples: { example: { summary: 'Runs as it stands', value: BUNDLE_EXAMPLE } },
  })
  @ApiResponse({
    status: 201,
    description: 'The full ticket. `Location` is the ticket.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Fullticket' } } },
  })
  @ApiResponse({ status: 400, ...ERROR_RESPONSES[400] })
  @ApiResponse({ status: 409, ...ERROR_RESPONSES[409] })
  @ApiResponse({ status: 413, ...ERROR_RESPONSES[413] })
  @ApiResponse({ status: 415, ...ERROR_RESPONSES[415] })
  @ApiResponse({ status: 422, ...ERROR_RESPONSES[422] })
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const bundle = readBundle(request.body);
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      const write = async (open: Tx): Promise<WriteAnswer> =>
        this.answer(open, await this.bundles.run(open, bundle, writeOptions(request)));
      return tx ? write(tx) : this.db.transaction(write);
    });
    sendAnswer(request, reply, answer);
  }

  private async answer(tx: Tx, id: number): Promise<WriteAnswer> {
    const ticket = resourceNamed('ticket');
    const [full, plain] = [
      await this.objects.read(resourceNamed('fullticket'), id, tx),
      await this.objects.read(ticket, id, tx),
    ];
    return {
      status: 201,
      body: full?.body ?? null,
      location: uriOf(ticket, id),
      etag: versionTag(plain?.version ?? 1),
    };
  }
}
