// PUT and GET /api/v1/package-list/.
import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../platform/database/db.js';
import { ERROR_RESPONSES } from '../platform/http/error-schema.js';
import { keyedRequest, sendAnswer, sendJson, writeOptions } from '../rest/http/reply.js';
import { Idempotency } from '../rest/writing/idempotency.js';
import { PackageList, readEntries } from './package-list.js';

const text = (description: string): object => ({ type: 'string', description });
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
  description: 'What the replacement came to, in binary packages.',
  properties: {
    created: number('New ones.'),
    updated: number('Known ones with other data, or that were not listed before.'),
    unchanged: number('Those that were listed like this before.'),
    removed: number('Those that are no longer listed: they stay, with seeded = false.'),
  },
  required: ['created', 'updated', 'unchanged', 'removed'],
};

const EXAMPLE = [{ binary: 'my-bin', source: 'my-package', version: '1.0-1' }];

@ApiTags('Packages')
@Controller('api/v1/package-list')
export class PackageListController {
  constructor(
    private readonly list: PackageList,
    private readonly idempotency: Idempotency,
    private readonly db: Db,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'get_package_list',
    summary: 'Get the monitored set of binary packages',
    description: 'By name, without paging; the same form that PUT takes.',
  })
  @ApiResponse({ status: 200, description: 'The set.', content: { 'application/json': { schema: LIST } } })
  @ApiResponse({ status: 400, ...ERROR_RESPONSES[400] })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendJson(request, reply, await this.list.read());
  }

  @Put()
  @ApiOperation({
    operationId: 'put_package_list',
    summary: 'Replace the monitored set of binary packages',
    description:
      'All or nothing, up to 32 MB. Source packages that are new are created. Exact repeats are ignored; one binary with different data is refused with both indexes.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Makes a repeat safe for 48 h.',
    schema: { type: 'string', maxLength: 255 },
  })
  @ApiBody({
    required: true,
    schema: LIST,
    examples: { example: { summary: 'Runs as it stands', value: EXAMPLE } },
  })
  @ApiResponse({ status: 200, description: 'Done.', content: { 'application/json': { schema: CHANGE } } })
  @ApiResponse({ status: 400, ...ERROR_RESPONSES[400] })
  @ApiResponse({ status: 409, ...ERROR_RESPONSES[409] })
  @ApiResponse({ status: 413, ...ERROR_RESPONSES[413] })
  @ApiResponse({ status: 415, ...ERROR_RESPONSES[415] })
  @ApiResponse({ status: 422, ...ERROR_RESPONSES[422] })
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const entries = readEntries(request.body);
    const { actor } = writeOptions(request).context;
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      const replace = (open: Tx): Promise<object> => this.list.replace(open, entries, actor);
      return { status: 200, body: JSON.stringify(await (tx ? replace(tx) : this.db.transaction(replace))) };
    });
    sendAnswer(request, reply, answer);
  }
}
