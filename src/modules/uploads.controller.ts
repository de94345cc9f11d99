// POST /api/v1/ticket/<id>/modules/.
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { isGone } from '../platform/errors.js';
import { failures, IDEMPOTENCY_KEY, IF_MATCH, jsonReply, pathParameter } from '../rest/http/documented.js';
import { inSlices } from '../platform/in-slices.js';
import { keyedRequest, sendAnswer, writeOptions } from '../rest/http/reply.js';
import { type IdRequest, ResourceHandler } from '../rest/http/resource-handler.js';
import { versionTag } from '../rest/http/entity-tag.js';
import { Idempotency, type WriteAnswer } from '../rest/writing/idempotency.js';
import { ticket } from '../tickets/ticket.resources.js';
import { isLenient, LENIENT } from '../import-maps/stages/lenient.js';
import { isForm } from '../files/form.js';
import { settleRequest } from '../files/settle-request.js';
import { shownTo } from '../import-maps/stages/stage-view.js';
import { uploadAnswer } from './upload-answer.js';
import { type PlannedUpload, UploadModules } from './upload-modules.js';
import type { UploadTarget } from './upload-plan.js';
import { UploadTargets } from './upload-targets.js';
import { UPLOAD_BODY, UPLOAD_REPLY } from './upload-schema.js';
import { inBodyTurn } from '../platform/http/large-bodies.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';
import { originOf } from '../platform/http/own-origin.js';

@ApiTags('Modules')
@Controller('api/v1/ticket')
export class UploadsController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly uploads: UploadModules,
    private readonly targets: UploadTargets,
    private readonly idempotency: Idempotency,
  ) {}

  @Post(':id/modules')
  @Needs('map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'upload_modules',
    summary: 'Upload modules under a ticket',
    description:
      'A module, a package folder, watched sources, or URLs; one new revision of what the ticket changes, all or nothing. ' +
      'The first upload registers the ticket at the first stage of its project. Of watched sources the ticket has what ' +
      'differs from production: files that production already has are reported as `live`, and an earlier version of a file is a ' +
      'conflict until it is brought up to date. See docs/IMPORT-MAPS.md.',
  })
  @pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1')
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @LENIENT
  @ApiConsumes('multipart/form-data', 'application/json')
  @ApiBody(UPLOAD_BODY)
  @jsonReply(201, 'A new revision. The ETag is the version of the ticket.', UPLOAD_REPLY)
  @jsonReply(200, 'The ticket had all of it already.', UPLOAD_REPLY)
  @failures(400, 403, 404, 409, 412, 413, 415, 422)
  async upload(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      sendAnswer(request, reply, await inBodyTurn(request, () => this.answer(request)));
    } catch (error) {
      await settleRequest(request.raw, reply);
      throw error;
    }
  }

  private async answer(request: IdRequest): Promise<WriteAnswer> {
    const isFormed = isForm(request.headers['content-type']);
    let place: { readonly id: number; readonly target: UploadTarget };
    try {
      const id = await this.handler.idOf(ticket, request);
      place = { id, target: await this.targets.of(id, originOf(request), principalOf(request)) };
    } catch (error) {
      // A repeat of what was done before the ticket went; only then is its form read.
      const isRepeat = isFormed && isGone(error) && (await this.idempotency.isKnown(keyedRequest(request)));
      const kept = isRepeat ? await this.repeatOf(request, await this.uploads.digestOf(request.raw)) : undefined;
      if (kept) return kept;
      throw error;
    }
    const keep = (upload: PlannedUpload): Promise<WriteAnswer> => this.keep(request, place.id, upload, place.target);
    return isFormed
      ? this.uploads.withForm(request.raw, place.target, keep, (digest) => this.repeatOf(request, digest))
      : keep(await this.uploads.planJson(request.body, place.target, isLenient(request)));
  }

  private repeatOf(request: IdRequest, digest: string): Promise<WriteAnswer | undefined> {
    request.rawBody = Buffer.from(digest);
    return this.idempotency.repeatOf(keyedRequest(request));
  }

  private async keep(
    request: IdRequest,
    id: number,
    upload: PlannedUpload,
    target: UploadTarget,
  ): Promise<WriteAnswer> {
    if (upload.digest !== undefined) request.rawBody = Buffer.from(upload.digest);
    const { context, ifMatch } = writeOptions(request);
    return this.idempotency.inTransaction(keyedRequest(request), async (tx): Promise<WriteAnswer> => {
      const principal = principalOf(request);
      const options = { actor: context.actor, principal, ifMatch, base: target.origin };
      const kept = await this.uploads.keep(tx, id, upload, options);
      return {
        status: kept.changed ? 201 : 200,
        body: await inSlices(uploadAnswer(shownTo(kept.report, principal), upload.plan, target)),
        etag: versionTag(kept.report.version),
      };
    });
  }
}
