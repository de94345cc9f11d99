// `GET /api/v1/`: which resources there are; with ?fullschema=true all that their schemas say.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastOf, type Query } from '../reading/list-query.js';
import { allResources, type Resource } from '../resource.js';
import { sendJson } from './reply.js';
import { describeSchema } from './schema-reply.js';
import { Needs } from '../../platform/http/required-scope.js';

@ApiTags('About the API')
@Controller('api/v1')
export class ApiIndexController {
  @Get()
  @Needs('read', 'none')
  @ApiOperation({
    operationId: 'api_index',
    summary: 'Every resource: its list and its schema',
    description: 'Where to find each resource.',
  })
  @ApiQuery({
    name: 'fullschema',
    required: false,
    description: "`true`: each resource's schema in place of its address, so that a client reads all in one request.",
    schema: { type: 'string', enum: ['true', 'false'] },
  })
  @ApiResponse({ status: 200, description: 'A list endpoint and a schema for each name.', schema: { type: 'object' } })
  index(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const whole = /^(true|1)$/i.test(lastOf((request.query as Query).fullschema) ?? '');
    const schemaOf = (resource: Resource) => (whole ? describeSchema(resource) : `/api/v1/${resource.name}/schema/`);
    const named = allResources()
      .filter((resource) => !resource.hidden)
      .map(
        (resource) =>
          [resource.name, { list_endpoint: `/api/v1/${resource.name}/`, schema: schemaOf(resource) }] as const,
      )
      .sort(([one], [other]) => (one < other ? -1 : 1));
    sendJson(request, reply, JSON.stringify(Object.fromEntries(named)));
  }
}
