// GET /cli/stamp.mjs and /cli/stamp.tgz: the command, from the server that it is for.
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { notFound } from '../platform/errors.js';
import { Needs } from '../platform/http/required-scope.js';

const TYPES: Readonly<Record<string, string>> = {
  'stamp.mjs': 'text/javascript; charset=utf-8',
  'stamp.tgz': 'application/gzip',
};

interface CliFile {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** Beside this file's dist/src, or below src's parent where tests run the sources. */
const FOLDERS = ['../../cli/', '../../dist/cli/'];
const read = new Map<string, CliFile>();

/** Read when first asked for, and kept: part of the program. Undefined where it wasn't built. */
function cliFile(name: string): CliFile | undefined {
  const known = read.get(name);
  if (known) return known;
  const found = FOLDERS.map((folder) => new URL(folder + name, import.meta.url)).find((file) => fs.existsSync(file));
  if (!found) return undefined;
  const bytes = fs.readFileSync(found);
  const file = { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
  read.set(name, file);
  return file;
}

@ApiTags('Operations')
@Controller('cli')
export class CliFilesController {
  @Get(':file')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'cli_file',
    summary: 'The stamp command',
    description:
      '`curl -o stamp http://localhost:8000/cli/stamp.mjs && chmod +x stamp`, or `npm i -g http://localhost:8000/cli/stamp.tgz`. One file without dependencies; it needs Node 20.19 or later.',
  })
  @ApiParam({
    name: 'file',
    description: 'The single file, or the package.',
    schema: { type: 'string', enum: Object.keys(TYPES) },
    examples: { first: { summary: 'stamp.mjs', value: 'stamp.mjs' } },
  })
  @ApiResponse({
    status: 200,
    description: 'The file, with an ETag.',
    content: {
      'text/javascript': { schema: { type: 'string' } },
      'application/gzip': { schema: { type: 'string', format: 'binary' } },
    },
  })
  @ApiResponse({ status: 304, description: 'If-None-Match has its ETag.' })
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const type = TYPES[name];
    const file = type === undefined ? undefined : cliFile(name);
    if (!type || !file) throw notFound(`There is no /cli/${name.slice(0, 100)}. Known: stamp.mjs and stamp.tgz.`);
    void reply.header('cache-control', 'no-cache').header('etag', file.etag).type(type);
    if (request.headers['if-none-match'] === file.etag) void reply.code(304).send();
    else void reply.send(file.bytes);
  }
}
