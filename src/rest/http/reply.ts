// How the dialect's answers look on the wire (rest-api.md, section 3).
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { DomainError, invalid } from '../../platform/errors.js';
import { sendJsonText } from '../../platform/http/json-reply.js';
import { principalOf } from '../../platform/http/required-scope.js';
import { holdsScope } from '../../platform/principal.js';
import { originOf } from '../../platform/http/own-origin.js';
import { lastOf, type Query } from '../reading/list-query.js';
import type { ObjectJson } from '../object-json.js';
import type { Resource, WriteContext } from '../resource.js';
import { checkKey, type WriteAnswer, type WriteRequest } from '../writing/idempotency.js';
import type { WriteOptions } from '../writing/resource-writer.js';
import { contentTag, isKnown, parseIfMatch, takesAny, versionTag } from './entity-tag.js';
import { quoted } from '../../platform/redact.js';

/** Tastypie's other formats. */
const NOT_BUILT = /^(application|text)\/(xml|yaml|x-yaml|x-plist|javascript|x-javascript|ecmascript)$/;

/** `?format=json` says what is so anyway; another format is refused, before a write does anything. */
function refuseOtherFormats(request: FastifyRequest): void {
  const format = lastOf((request.query as Query).format);
  if (format && format !== 'json') throw notBuilt(format, 'Leave format out.');
  const accepted = typesIn(request.headers.accept);
  if (accepted.length > 0 && accepted.every((type) => NOT_BUILT.test(type)))
    throw notBuilt(accepted.join(', '), 'Send Accept: application/json.');
}

/** What an Accept header names, without what it names only to refuse it. */
const typesIn = (accept = ''): string[] =>
  accept
    .toLowerCase()
    .split(',')
    .map((one) => one.split(';').map((part) => part.trim()))
    .filter(([type, ...rules]) => type && !rules.some((rule) => /^q=0(\.0*)?$/.test(rule)))
    .map(([type = '']) => type);

const notBuilt = (format: string, advice: string): DomainError =>
  new DomainError(
    'not_acceptable',
    'format.not_built',
    `The format '${quoted(format, 50)}' is not supported: this API speaks JSON only. ${advice}`,
  );

/** A 200 with an ETag, or a 304 when the client has it already. */
export function sendJson(request: FastifyRequest, reply: FastifyReply, body: string, etag = contentTag(body)): void {
  refuseOtherFormats(request);
  void reply.header('vary', 'Accept').header('cache-control', 'no-cache').header('etag', etag);
  if (isKnown(request.headers['if-none-match'], etag)) void reply.code(304).send();
  else sendJsonText(reply, body);
}

/** The same for what is longer than may be in memory at once: without an ETag where that would need all of it beforehand. */
export function sendPieces(request: FastifyRequest, reply: FastifyReply, pieces: Readable, etag?: string): void {
  try {
    refuseOtherFormats(request);
  } catch (error) {
    pieces.destroy();
    throw error;
  }
  void reply.header('vary', 'Accept').header('cache-control', 'no-cache').header('content-type', 'application/json');
  if (etag !== undefined) void reply.header('etag', etag);
  const isKept = etag !== undefined && isKnown(request.headers['if-none-match'], etag);
  if (isKept) void reply.code(304);
  // A HEAD would read it all for nothing.
  const isBare = isKept || request.method === 'HEAD';
  if (isBare) pieces.destroy();
  void reply.send(isBare ? Readable.from([]) : pieces);
}

export function sendObject(resource: Resource, request: FastifyRequest, reply: FastifyReply, object: ObjectJson): void {
  sendJson(
    request,
    reply,
    object.body,
    resource.versioned && object.version !== null ? versionTag(object.version) : undefined,
  );
}

/** A write's answer; `Prefer: return=minimal` leaves the body out. */
export function sendAnswer(request: FastifyRequest, reply: FastifyReply, answer: WriteAnswer): void {
  void reply.code(answer.status).header('vary', 'Accept').header('cache-control', 'no-cache');
  if (answer.location) void reply.header('location', `${originOf(request)}${answer.location}`);
  if (answer.etag) void reply.header('etag', answer.etag);
  if (answer.replayed) void reply.header('idempotent-replayed', 'true');
  // RFC 9530: of the whole body as it was answered, which isn't sent again.
  if (answer.omitted) {
    void reply.header('repr-digest', `sha-256=:${answer.omitted.digest}:`);
    void reply.header('idempotent-body', `omitted; length=${answer.omitted.length}`);
  }
  const minimal = /(^|[,\s])return=minimal\b/.test(String(request.headers.prefer ?? ''));
  if (minimal) void reply.header('preference-applied', 'return=minimal');
  if (minimal && request.method === 'PUT' && answer.status === 200) void reply.code(204);
  if (minimal || answer.body === null) void reply.send();
  else sendJsonText(reply, answer.body);
}

/** The answer to a write of one object, with its version as ETag where it has one. */
export function objectAnswer(resource: Resource, status: number, object: ObjectJson, location?: string): WriteAnswer {
  const etag = resource.versioned && object.version !== null ? versionTag(object.version) : null;
  return { status, body: object.body, location: location ?? null, etag };
}

/** Who writes, and on which condition. */
export function writeOptions(request: FastifyRequest): WriteOptions {
  refuseOtherFormats(request);
  return {
    context: { ...writerOf(request), conditional: request.headers['if-match'] !== undefined },
    ifMatch: parseIfMatch(request.headers['if-match']),
  };
}

function writerOf(request: FastifyRequest): Pick<WriteContext, 'actor' | 'admin' | 'reach' | 'principal'> {
  const principal = principalOf(request);
  const writer = { principal, actor: principal.name, admin: holdsScope(principal, 'admin') };
  return principal.reach ? { ...writer, reach: principal.reach } : writer;
}

/** The same for a whole list, which has no state of its own that a client could have seen. */
export function listWriteOptions(request: FastifyRequest): WriteOptions {
  const options = writeOptions(request);
  if (takesAny(options.ifMatch)) return { ...options, ifMatch: undefined };
  throw invalid(
    'if_match.on_list',
    'If-Match is for one object, not for a list. Write the objects one by one, or leave it out.',
  );
}

/**
 * The request's Idempotency-Key with what it is bound to, and the projects that it may write to; undefined where it has
 * neither. Keys of a token for some projects are its own: what another token of its owner did may be out of its reach.
 */
export function keyedRequest(request: FastifyRequest): WriteRequest | undefined {
  const { name, reach } = principalOf(request);
  const header = request.headers['idempotency-key'];
  if (header === undefined) return reach && { reach };
  const { method, url, rawBody } = request;
  const principal = reach ? `${name}:${[...reach.keys()].sort((one, other) => one - other).join()}` : name;
  return { reach, keyed: { principal, key: checkKey([header].flat().join()), method, url, rawBody } };
}
