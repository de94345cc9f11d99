// POST and GET /api/v1/spu/<id>/files/, GET /api/v1/spu/<id>/files/<name>.
import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import { DomainError, invalid, isGone, notFound } from '../../platform/errors.js';
import { CONFIG } from '../../platform/injection-tokens.js';
import { failures, IDEMPOTENCY_KEY, jsonReply, pathParameter } from '../../rest/http/documented.js';
import { LIST_PARAMETERS } from '../../rest/http/openapi-texts.js';
import { keyedRequest, sendAnswer, writeOptions } from '../../rest/http/reply.js';
import { parsePage, type Query } from '../../rest/reading/list-query.js';
import { Idempotency, type WriteAnswer } from '../../rest/writing/idempotency.js';
import { asId } from '../../rest/writing/reference.js';
import { type BlobStore, FILE_BLOBS } from '../../files/blob-store.js';
import { type Form, isForm, readForm } from '../../files/form.js';
import { sendFile } from '../../files/send-file.js';
import { sendPage } from '../../rest/http/send-page.js';
import { settleRequest } from '../../files/settle-request.js';
import { SPU_FILE_LIST, SPU_FILES_BODY, SPU_FILES_REPLY } from './spu-files-schema.js';
import { type SpuFile, SpuFiles } from './spu-files.js';
import { Needs } from '../../platform/http/required-scope.js';
import { quoted } from '../../platform/redact.js';

type SpuRequest = FastifyRequest<{ Params: { id: string; name: string }; Querystring: Query }>;

const ID = pathParameter('id', 'The id of the source package upload.', '1');

@ApiTags('Packages')
@Controller('api/v1/spu')
export class SpuFilesController {
  constructor(
    private readonly files: SpuFiles,
    private readonly idempotency: Idempotency,
    @Inject(FILE_BLOBS) private readonly store: BlobStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post(':id/files')
  @Needs('artifact:write', 'none')
  @ApiOperation({
    operationId: 'upload_spu_files',
    summary: 'Upload the files of a source package upload',
    description:
      'Stored with their SHA-256, all or nothing. The files that a .dsc or .changes lists are checked by size and by every sum that it gives (SHA-256, SHA-1, MD5); files that it lists and that are not uploaded yet are returned as missing. An upload may have 32 of them, each of which lists up to 5000 files.',
  })
  @ID
  @IDEMPOTENCY_KEY
  @ApiConsumes('multipart/form-data')
  @ApiBody(SPU_FILES_BODY)
  @jsonReply(201, 'Kept.', SPU_FILES_REPLY)
  @jsonReply(200, 'They existed already.', SPU_FILES_REPLY)
  @failures(400, 404, 409, 413, 415, 422)
  async upload(@Req() request: SpuRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const spu = idOf(request);
      if (!isForm(request.headers['content-type'])) throw noForm();
      await this.files.requireSpu(spu).catch(async (error: unknown) => {
        // A repeat of what was done before it went; only then is its form read.
        if (!isGone(error) || !(await this.idempotency.isKnown(keyedRequest(request)))) throw error;
      });
      const form = await readForm(request.raw, this.store, this.config.uploads, 'filename');
      try {
        const kept = await this.repeatOf(request, form.files);
        if (kept) return sendAnswer(request, reply, kept);
        await this.files.requireSpu(spu);
        sendAnswer(request, reply, await this.keep(request, spu, form));
      } finally {
        await this.store.discard(form.files.map(({ blob }) => blob)).catch(() => undefined);
      }
    } catch (error) {
      await settleRequest(request.raw, reply);
      throw error;
    }
  }

  private repeatOf(request: SpuRequest, files: Form['files']): Promise<WriteAnswer | undefined> {
    request.rawBody = partsOf(files);
    return this.idempotency.repeatOf(keyedRequest(request));
  }

  private async keep(request: SpuRequest, spu: number, { texts, files }: Form): Promise<WriteAnswer> {
    const [text] = texts[0] ?? [];
    if (text !== undefined)
      throw invalid('upload.unknown_field', `Unknown field ${JSON.stringify(text)}. Send only files.`);
    request.rawBody = partsOf(files);
    const { actor } = writeOptions(request).context;
    const prepared = await this.files.prepare(spu, files);
    return this.idempotency.inTransaction(keyedRequest(request), async (tx) => {
      const kept = await this.files.keep(tx, spu, prepared, actor);
      const objects = kept.files.map((file) => viewOf(spu, file));
      return { status: kept.changed ? 201 : 200, body: JSON.stringify({ objects, missing: kept.missing }) };
    });
  }

  @Get(':id/files')
  @Needs('read', 'none')
  @ApiOperation({
    operationId: 'list_spu_files',
    summary: 'The files of a source package upload',
    description: 'By name.',
  })
  @ID
  @ApiQuery(LIST_PARAMETERS[0] as never)
  @ApiQuery(LIST_PARAMETERS[1] as never)
  @jsonReply(200, 'A page of files.', SPU_FILE_LIST)
  @failures(400, 404)
  async list(@Req() request: SpuRequest, @Res() reply: FastifyReply): Promise<void> {
    const spu = idOf(request);
    const page = parsePage(request.query);
    await this.files.requireSpu(spu);
    const all = await this.files.list(spu);
    const objects = all.slice(page.offset, page.offset + page.limit).map((file) => viewOf(spu, file));
    sendPage(request, reply, page, objects, all.length);
  }

  @Get(':id/files/:name')
  @Needs('read', 'none')
  @ApiOperation({
    operationId: 'download_spu_file',
    summary: 'Download a file of a source package upload',
    description: 'Ranges and conditions are understood.',
  })
  @ID
  @pathParameter('name', 'The name of the file.', 'hello_2.10-3.dsc')
  @ApiProduces('application/octet-stream')
  @ApiResponse({ status: 200, description: 'The file.' })
  @failures(400, 404)
  async download(@Req() request: SpuRequest, @Res() reply: FastifyReply): Promise<void> {
    const spu = idOf(request);
    const file = (await this.files.list(spu)).find(({ name }) => name === request.params.name);
    const blob = file && (await this.store.open(file.sha256));
    if (!file || !blob) throw notFound(`Source package upload ${spu} has no such file.`);
    const type = /\.(dsc|changes|buildinfo)$/.test(file.name)
      ? 'text/plain; charset=utf-8'
      : 'application/octet-stream';
    void reply.header('cache-control', 'private, no-cache');
    await sendFile(request, reply, blob, { hash: file.sha256, type, saveAs: file.name });
  }
}

function idOf({ params }: SpuRequest): number {
  const id = asId(params.id);
  if (id === undefined) throw notFound(`There is no source package upload '${quoted(params.id, 100)}'.`);
  return id;
}

const viewOf = (spu: number, { name, size, sha256, type, created_at }: SpuFile): object => ({
  name,
  size,
  sha256,
  type,
  created_at,
  spu: `/api/v1/spu/${spu}/`,
  resource_uri: `/api/v1/spu/${spu}/files/${encodeURIComponent(name)}`,
});

const noForm = (): DomainError =>
  new DomainError(
    'unsupported_media_type',
    'upload.no_form',
    'Send the files as multipart/form-data: curl -F file=@hello_2.10-3.dsc -F file=@hello_2.10.orig.tar.gz.',
  );

/** What makes two forms the same: names and contents. */
const partsOf = (files: readonly Pick<Form['files'][number], 'path' | 'blob'>[]): Buffer =>
  Buffer.from(JSON.stringify(files.map(({ path, blob }) => [path, blob.hash]).sort()));
