// Sends a kept file: conditional and range requests (RFC 9110, sections 13 and 14), HEAD without the bytes.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { isKnown } from '../rest/http/entity-tag.js';
import type { ByteRange, OpenBlob } from './blob-store.js';

export interface FileHead {
  readonly hash: string;
  readonly type: string;
  /** The name under which browsers save it; undefined where they may show it. */
  readonly saveAs: string | undefined;
}

/** Ends the blob, whatever happens. Headers besides those of the file itself are the caller's. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  blob: OpenBlob,
  { hash, type, saveAs }: FileHead,
): Promise<void> {
  const etag = `"${hash}"`;
  void reply.headers({ etag, 'accept-ranges': 'bytes', 'content-type': type });
  if (saveAs !== undefined) void reply.header('content-disposition', disposition(saveAs));
  if (isKnown(request.headers['if-none-match'], etag)) return empty(reply.code(304).removeHeader('content-type'), blob);
  const range = rangeOf(request, etag, blob.size);
  if (range === 'unsatisfiable') {
    void reply.code(416).removeHeader('content-type').header('content-range', `bytes */${blob.size}`);
    return empty(reply, blob);
  }
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${blob.size}`);
  void reply.header('content-length', String(range ? range.end - range.start + 1 : blob.size));
  if (request.method === 'HEAD' || blob.size === 0) {
    await blob.close();
    void reply.send(Readable.from([]));
  } else {
    void reply.send(blob.stream(range));
  }
}

async function empty(reply: FastifyReply, blob: OpenBlob): Promise<void> {
  await blob.close();
  void reply.send();
}

/** One range; several, or another unit, are answered with the whole. */
function rangeOf({ headers }: FastifyRequest, etag: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined;
  const [start, end] =
    first === ''
      ? [Math.max(size - Number(last), 0), size - 1]
      : [Number(first), Math.min(last === '' ? size - 1 : Number(last), size - 1)];
  if (last !== '' && first !== '' && Number(last) < Number(first)) return undefined;
  return start > end ? 'unsatisfiable' : { start, end };
}

const disposition = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`;
