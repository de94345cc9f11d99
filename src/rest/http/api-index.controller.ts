// `GET /api/v1/`: which resources there are.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allResources } from '../resource.js';
import { sendJson } from './reply.js';
import { Needs } from '../../platform/http/need.js';

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
  @ApiResponse({ status: 200, description: 'A list endpoint and a schema for each name.', schema: { type: 'object' } })
  index(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const named = allResources()
      .filter((resource) => !resource.hidden)
      .map(({ name }) => [name, { list_endpoint: `/api/v1/${name}/`, schema: `/api/v1/${name}/schema/` }] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    sendJson(request, reply, JSON.stringify(Object.fromEntries(named)));
  }
}
