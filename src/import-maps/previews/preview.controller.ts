// GET and POST /api/v1/ticket/<id>/preview/: the links that show a ticket before it is released, and a new key for them.
import { operationContext } from '../../rest/operations/operation-context.js';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Needs, principalOf } from '../../platform/http/required-scope.js';
import { originOf } from '../../platform/http/own-origin.js';
import { failures, IDEMPOTENCY_KEY, IF_MATCH, jsonReply, pathParameter } from '../../rest/http/documented.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { sendJson } from '../../rest/http/reply.js';
import { type IdRequest, ResourceHandler } from '../../rest/http/resource-handler.js';
import { resourceNamed, type Row, uriOf } from '../../rest/resource.js';
import { ReadStages } from '../stages/read-stages.js';
import { PREVIEW } from '../stages/preview-schema.js';
import { RunOperation } from '../../rest/operations/run-operation.js';
import { mapLinks, pageLinks, shownTo } from '../stages/stage-view.js';
import { verbBody } from '../../rest/operations/operation-body.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import { RenewPreviewKey } from './renew-preview-key.js';

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');

@ApiTags('Stages')
@Controller('api/v1/ticket')
export class PreviewController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly reads: ReadStages,
    private readonly operations: RunOperation,
    private readonly renewing: RenewPreviewKey,
  ) {}

  @Get(':id/preview')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'preview_ticket',
    summary: "Get the links to a ticket's preview",
    description:
      'Where reading needs a token, a link shows the ticket only with its preview key; whoever may read the ticket gives it away with the link.',
  })
  @ID
  @jsonReply(200, 'The links.', PREVIEW)
  @failures(400, 404, 409)
  async preview(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    const ticket = await this.reads.ticket(id);
    void reply.header('cache-control', 'private, no-store');
    sendJson(request, reply, JSON.stringify(previewView(ticket, ticket.row, originOf(request))));
  }

  @Post(':id/preview')
  @Needs('ticket:write|map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'renew_preview_key',
    summary: 'Give a ticket a new preview key',
    description: 'Links with the old key show production from now on. Needs `ticket:write`, or the scope of its stage.',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @jsonReply(200, 'The new links. The ETag is the version of the ticket.', PREVIEW)
  @failures(400, 404, 409, 412, 415, 422)
  async renew(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const [id, options] = [await this.handler.idOf(resourceNamed('ticket'), request), operationContext(request)];
    verbBody(request.body, {});
    await this.operations.run(request, reply, async (tx) => {
      const { ticket, row } = await this.renewing.run(tx, id, options);
      const body = JSON.stringify(previewView(shownTo(ticket, principalOf(request)), row, options.base));
      return { status: 200, body, etag: versionTag(Number(row.version)) };
    });
  }
}

const previewView = (ticket: DeltaTicket, { version }: Row, base: string): object => ({
  ticket: uriOf(resourceNamed('ticket'), ticket.id),
  key: ticket.key,
  version: Number(version),
  stage: ticket.stage,
  preview_key: ticket.previewKey,
  links: ticket.stage === null ? {} : mapLinks(ticket, ticket.stage, base),
  pages: ticket.stage === null ? {} : pageLinks(ticket, ticket.stage),
});
