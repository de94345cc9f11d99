// GET /modules/<hash>/<path>: from disk, for ever, for pages of any origin (import-maps.md, section 2). No database.
import { Controller, Get, Inject, Options, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../platform/errors.js';
import { type BlobStore, MODULE_BLOBS, type OpenBlob } from '../files/blob-store.js';
import { servedType } from './file-types.js';
import { PackageTrees } from '../files/package-trees.js';
import { sendFile } from '../files/send-file.js';
import { Needs } from '../platform/http/required-scope.js';

const FOR_ANYBODY = { 'access-control-allow-origin': '*' };
const FOR_EVER = 'public, max-age=31536000, immutable';
const HASH = /^[\da-f]{64}$/;

type ModuleRequest = FastifyRequest<{ Params: { hash: string; '*': string } }>;

@ApiExcludeController()
@Controller('modules')
export class ModulesController {
  constructor(
    @Inject(MODULE_BLOBS) private readonly files: BlobStore,
    private readonly trees: PackageTrees,
  ) {}

  @Get(':hash/*')
  @Needs('anonymous')
  async get(@Req() request: ModuleRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.headers(FOR_ANYBODY);
    const { hash, '*': path } = request.params;
    const found = HASH.test(hash) ? await this.find(hash, path) : undefined;
    if (!found) throw notFound('There is no such module.');
    const { type, attachment } = servedType(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    void reply.header('cache-control', FOR_EVER);
    await sendFile(request, reply, found.blob, { hash: found.hash, type, saveAs: attachment ? name : undefined });
  }

  /** What asks before it asks: a range, or a condition, of another origin's page. */
  @Options(':hash/*')
  @Needs('anonymous')
  options(@Res() reply: FastifyReply): void {
    void reply.code(204).headers({
      ...FOR_ANYBODY,
      'access-control-allow-methods': 'GET, HEAD',
      'access-control-allow-headers': 'If-None-Match, If-Range, Range',
      'access-control-max-age': '86400',
      allow: 'GET,HEAD,OPTIONS',
    });
    void reply.send();
  }

  /** A folder's hash is looked for first: no file can be made to have it. */
  private async find(hash: string, path: string): Promise<{ hash: string; blob: OpenBlob } | undefined> {
    const file =
      (await this.trees.read(hash))?.get(path)?.hash ?? (path === '' || path.includes('/') ? undefined : hash);
    const blob = file === undefined ? undefined : await this.files.open(file);
    return file !== undefined && blob ? { hash: file, blob } : undefined;
  }
}
