// What Node's parser lets through although RFC 9112 calls it invalid, or reads in one of several ways: refused, and the
// connection is closed, so that this server and a proxy before it can't take a request for two different ones.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { DomainError, invalid } from '../errors.js';

const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d{0,5})?$/i;
const LAST_PORT = 65_535;

/** Connections of which a request was refused. What came behind it on the same connection is not answered. */
const closing = new WeakSet<Socket>();

/** True where a request came behind one that was refused: it has no effect and gets no reply. */
export function isBehindRefused({ raw }: FastifyRequest, reply: FastifyReply): boolean {
  if (!closing.has(raw.socket)) return false;
  reply.hijack();
  return true;
}

/** Undefined where the request can be read in one way only. */
export function refuseFraming({ raw }: FastifyRequest, reply: FastifyReply): DomainError | undefined {
  const refusal =
    refuseVersion(raw) ??
    refuseFields(raw) ??
    refuseHost(raw) ??
    refuseTarget(raw) ??
    refuseCoding(raw) ??
    refuseExpectation(raw);
  if (refusal) {
    closing.add(raw.socket);
    void reply.header('connection', 'close');
  }
  return refusal;
}

/** 2.3: Node's parser takes a request line without a version for HTTP/0.9. */
const refuseVersion = ({ httpVersionMajor }: IncomingMessage): DomainError | undefined =>
  httpVersionMajor === 1 ? undefined : invalid('request.bad_version', 'The request line has no HTTP version.');

/** A folded line (5.2) arrives as one value with a tab in it, and nobody needs a tab there. */
function refuseFields({ rawHeaders }: IncomingMessage): DomainError | undefined {
  for (let index = 1; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.includes('\t'))
      return invalid('header.folded', 'A header is folded, or has a tab in its value.');
  }
  return undefined;
}

/** 3.2: exactly one, and valid; HTTP/1.0 may do without. Node keeps the first of several. */
function refuseHost({ rawHeaders, headers, httpVersionMinor }: IncomingMessage): DomainError | undefined {
  const { host } = headers;
  if (host === undefined || host === '')
    return httpVersionMinor === 0 ? undefined : invalid('host.missing', 'The request has no Host header.');
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 0);
  if (!HOST.test(host) || port > LAST_PORT)
    return invalid('host.invalid', 'The Host header is not a valid host, with or without a port.');
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') count += 1;
  return count > 1 ? invalid('host.repeated', 'The request has more than one Host header.') : undefined;
}

/** 3.2: a path, or a whole URL (as for a proxy) that is of the same host and port as the Host header. */
function refuseTarget({ url = '', method, headers }: IncomingMessage): DomainError | undefined {
  if (url.startsWith('/') || (url === '*' && method === 'OPTIONS')) return undefined;
  const target = /^https?:\/\/[^/?#@]+(?=[/?]|$)/i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  const host = `${target?.protocol}//${headers.host}`;
  if (target && URL.canParse(host) && new URL(host).host === target.host) return undefined;
  return invalid('url.bad_target', 'The request target must be a path, or a URL with the host in the Host header.');
}

/** 6.1 and 7: of codings only chunked is read, once; HTTP/1.0 has none. */
function refuseCoding({ headers, httpVersionMinor }: IncomingMessage): DomainError | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined || (coding.toLowerCase() === 'chunked' && httpVersionMinor > 0)) return undefined;
  return invalid('body.bad_coding', 'The only supported transfer coding is chunked.');
}

/** RFC 9110, 10.1.1. */
function refuseExpectation({ headers: { expect } }: IncomingMessage): DomainError | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return new DomainError('expectation', 'expect.unknown', 'The only supported expectation is 100-continue.');
}
