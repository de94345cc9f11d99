// Replies to what Node's HTTP parser gave up on, so that no request was ever made of it: too slow, too long, no HTTP at all.
import { randomUUID } from 'node:crypto';
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { RefusalCode } from '../refusals/refusals.js';

interface Refusal {
  readonly status: number;
  readonly code: RefusalCode;
  readonly error: string;
}

/** `rawPacket` is what came last. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: unknown };

/** The reply that the connection is busy with. */
type HttpSocket = Socket & { _httpMessage?: ServerResponse | null };

export const LONGEST_URL = 8 * 1024;

const TOO_SLOW: Refusal = { status: 408, code: 'request.too_slow', error: 'The request did not arrive in time.' };
const TOO_LONG: Refusal = { status: 414, code: 'url.too_long', error: `The URL is longer than ${LONGEST_URL} bytes.` };
const TOO_BIG: Refusal = { status: 431, code: 'headers.too_large', error: 'The headers are larger than 16 kB.' };
const NO_HTTP: Refusal = { status: 400, code: 'request.not_http', error: 'This is not a valid HTTP request.' };
const NOT_ENCODED: Refusal = {
  status: 400,
  code: 'url.not_encoded',
  error:
    'The URL has characters that are not percent-encoded. Encode them as UTF-8 (Ü is %C3%9C); curl does it with -G --data-urlencode "title=Ü".',
};

const NO_TUNNEL: Refusal = {
  status: 400,
  code: 'method.no_tunnel',
  error: 'This server is not a proxy and opens no tunnels.',
};

function refusalOf({ code, rawPacket }: ParserError): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return TOO_SLOW;
  const requestLine = Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, LONGEST_URL) : '';
  if (code === 'HPE_INVALID_URL' && /[\x80-\xff]/.test(requestLine.split('\r\n', 1)[0] ?? '')) return NOT_ENCODED;
  if (code !== 'HPE_HEADER_OVERFLOW') return NO_HTTP;
  return /^[A-Z]+ [^\r\n]*$/.test(requestLine) ? TOO_LONG : TOO_BIG;
}

/** How long a client that is still sending may read why it was cut off: closing at once would reset what it reads. */
const LINGER_MS = 250;

/**
 * Fastify's clientErrorHandler. Says why, unless a reply has begun, nobody is there or there is no TLS to say it through, and
 * closes the connection.
 */
export function answerUnread(error: ParserError, socket: HttpSocket, log: Logger): void {
  const isTls = /^ERR_(SSL|TLS)_/.test(error.code ?? '');
  if (isTls || error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent) {
    socket.destroy();
    return;
  }
  const current = socket._httpMessage;
  if (current?.req.complete && error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
    // What can't be read came behind a whole request: that one is being answered, and then the connection ends.
    current.setHeader('connection', 'close');
    return;
  }
  const refusal = refusalOf(error);
  const id = randomUUID();
  log.info({ request_id: id, code: refusal.code, status: refusal.status }, 'unread request');
  socket.end(textOf(refusal, id));
  if (refusal === TOO_SLOW) socket.destroySoon();
  else setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Node hands a CONNECT over as a bare connection, and closes it without a word unless somebody takes it. */
export function refuseTunnel(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.end(textOf(NO_TUNNEL, randomUUID()));
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function textOf({ status, code, error }: Refusal, id: string): string {
  const body = JSON.stringify({ error, code, request_id: id });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
