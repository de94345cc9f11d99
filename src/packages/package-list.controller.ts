// PUT and GET /api/v1/package-list/.
import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failures, IDEMPOTENCY_KEY, jsonBody, jsonReply, MINIMAL_REPLY } from '../rest/http/documented.js';
import { PageReplies } from '../rest/http/page-replies.js';
import { keyedRequest, sendAnswer, sendJson, sendPieces, writeOptions } from '../rest/http/reply.js';
import { PAGE_BYTES } from '../rest/reading/pieces.js';
import { Idempotency } from '../rest/writing/idempotency.js';
import { inBodyTurn } from '../platform/http/large-bodies.js';
import { PackageList } from './package-list.js';
import { PackageListText } from './package-list-text.js';
import { Needs } from '../platform/http/required-scope.js';
import { text } from '../rest/operations/schema-words.js';

const number = (description: string): object => ({ type: 'integer', description });

const LIST: object = {
  type: 'array',
  description: 'The monitored set.',
  items: {
    type: 'object',
    description: 'A binary package.',
    properties: {
      binary: text('Its name.'),
      source: text('The source package that builds it.'),
      version: text('Its version.'),
    },
    required: ['binary', 'source', 'version'],
  },
};

const CHANGE: object = {
  type: 'object',
  description: 'The result of the replacement, in binary packages.',
  properties: {
    created: number('New packages.'),
    updated: number('Known packages with other data, or that were not listed before.'),
    unchanged: number('Packages that did not change.'),
    removed: number('Packages that are no longer listed: they stay, with seeded = false.'),
  },
  required: ['created', 'updated', 'unchanged', 'removed'],
};

const EXAMPLE = [{ binary: 'my-bin', source: 'my-package', version: '1.0-1' }];

@ApiTags('Packages')
@Controller('api/v1/package-list')
export class PackageListController {
  constructor(
    private readonly list: PackageList,
    private readonly text: PackageListText,
    private readonly pages: PageReplies,
    private readonly idempotency: Idempotency,
  ) {}

  @Get()
  @Needs('read', 'none')
  @ApiOperation({
    operationId: 'get_package_list',
    summary: 'Get the monitored set of binary packages',
    description:
      'By name, without paging; the same form that PUT takes. One is read at a time; other requests wait up to 60 s and then get 503 `body.busy`.',
  })
  @jsonReply(200, 'The set.', LIST)
  @failures(400, 503)
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const list = await this.text.read(gone.signal);
    if (list.length <= PAGE_BYTES) return sendJson(request, reply, await list.text(), list.etag);
    await this.pages.makeRoom(request, reply, list.packed + PAGE_BYTES);
    sendPieces(request, reply, list.stream(), list.etag);
  }

  @Put()
  @Needs('admin', 'all')
  @ApiOperation({
    operationId: 'put_package_list',
    summary: 'Replace the monitored set of binary packages',
    description:
      'All or nothing, up to 32 MB; one list at a time, other requests wait up to 20 s and then get 503. New source packages are created. Exact repeats are ignored; one binary with different data is refused with both indexes.',
  })
  @IDEMPOTENCY_KEY
  @jsonBody(LIST, EXAMPLE)
  @jsonReply(200, 'Done.', CHANGE)
  @MINIMAL_REPLY
  @failures(400, 409, 413, 415, 422, 503)
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { actor } = writeOptions(request).context;
    const body = request.rawBody ?? Buffer.alloc(0);
    const answer = await inBodyTurn(request, () =>
      this.idempotency.inTransaction(keyedRequest(request), async (tx) => ({
        status: 200,
        body: JSON.stringify(await this.list.replace(tx, body, actor)),
      })),
    );
    sendAnswer(request, reply, answer);
  }
}
