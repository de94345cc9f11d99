// GET /stream/<file>: what the page at /stream and the rail at / load.
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { notFound } from '../../platform/errors.js';
import { Needs } from '../../platform/http/required-scope.js';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

const FILES = ['stream.css', 'stream.js', 'rail.js', 'follow.js', 'list.js', 'row.js', 'collapse.js'];

interface Asset {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly type: string;
}

function read(file: string): Asset {
  const bytes = fs.readFileSync(new URL(`assets/${file}`, import.meta.url));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, etag, type: TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain' };
}

/** Read once: they are part of the program. */
const ASSETS: ReadonlyMap<string, Asset> = new Map(FILES.map((file) => [file, read(file)]));

@ApiExcludeController()
@Controller('stream')
export class AssetsController {
  @Get(':file')
  @Needs('read', 'none')
  file(@Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const asset = ASSETS.get(file);
    if (!asset) throw notFound(`The stream has no ${file.slice(0, 100)}.`);
    void reply.header('cache-control', 'no-cache').header('etag', asset.etag).type(asset.type);
    if (request.headers['if-none-match'] === asset.etag) void reply.code(304).send();
    else void reply.send(asset.bytes);
  }
}
