// What is refused before a body is read: the wrong method, and what a server on the loopback without tokens must not
// answer to (promises.md, "Who may do what"). Every refusal names what lifts it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import type { Config } from '../../config.js';
import { DomainError } from '../errors.js';
import { Networks } from '../networks.js';
import { sendError } from './error-reply.js';
import { refuseOverride } from './method-override.js';
import { OwnOrigins } from './own-origin.js';
import { RouteMethods } from './route-methods.js';
import { isBehindRefused, refuseFraming } from './request-framing.js';
import { isSafe } from './safe-methods.js';
import { LONGEST_URL, refuseTunnel } from './unread-reply.js';
import { quoted } from '../redact.js';

const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
/** `header` in lower case. */
export const isForwarded = (header: string): boolean =>
  header === 'forwarded' || header === 'x-real-ip' || header.startsWith('x-forwarded-');

export function guardRequests(server: FastifyInstance, config: Config): void {
  const added = new Set(config.allowedHosts.map(nameOf));
  const origins = new OwnOrigins(config.allowedHosts);
  const ways = new Ways(config);
  const routes = new RouteMethods();
  server.addHook('onRoute', (route) => routes.add(route.url, [route.method].flat()));
  // Node would refuse, with no word in the reply, a request that expects anything but 100-continue.
  server.server.on('connect', (_request, socket: Socket) => refuseTunnel(socket));
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (isBehindRefused(request, reply)) return;
    const refusal =
      refuseFraming(request, reply) ??
      refuse(request, added) ??
      refuseOverride(request.raw) ??
      ways.refuse(request) ??
      refuseForeign(request, origins);
    if (refusal) return sendError(request, reply, refusal);
    if (request.is404 || routes.hides(request)) return answerUnrouted(request, reply, routes.of(request.url), done);
    done();
  });
}

function refuse(request: FastifyRequest, added: ReadonlySet<string>): DomainError | undefined {
  if (request.url.length > LONGEST_URL) {
    return new DomainError('uri_too_long', 'url.too_long', `The URL is longer than ${LONGEST_URL} bytes.`);
  }
  if (request.url.includes('%') && !isUtf8(request.url)) {
    return new DomainError('invalid', 'url.not_utf8', 'The percent-encoding of the URL is not UTF-8.');
  }
  const host = nameOf(request.host);
  if (!LOCAL_NAMES.has(host) && !added.has(host)) {
    return new DomainError(
      'misdirected',
      'host.not_allowed',
      `This server does not answer to the host '${quoted(host, 100)}'. Add it to STAMPLINE_ALLOWED_HOSTS if it is this server.`,
    );
  }
  return undefined;
}

/** By which ways requests may come: directly, or through a proxy that is trusted. */
class Ways {
  private readonly proxies: Networks;
  /** Without TLS of its own, a server beyond the loopback is spoken to by its proxies and its own machine only. */
  private readonly onlyProxies: boolean;

  constructor({ trustedProxies, beyondLoopback, tls }: Config) {
    this.proxies = new Networks(trustedProxies);
    this.onlyProxies = beyondLoopback && tls === undefined;
  }

  refuse({ headers, socket, protocol }: FastifyRequest): DomainError | undefined {
    const forwarded = Object.keys(headers).find(isForwarded);
    if (forwarded === undefined && !this.onlyProxies) return undefined;
    const peer = socket.remoteAddress ?? '';
    if (this.proxies.has(peer)) return /^https?$/.test(protocol) ? undefined : badProtocol();
    if (forwarded !== undefined) return notTrusted(forwarded);
    return LOOPBACK.has(peer) ? undefined : proxyRequired();
  }
}

const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);

const notTrusted = (header: string): DomainError =>
  new DomainError(
    'forbidden',
    'proxy.not_trusted',
    `A request with ${header} came through a proxy that this server does not trust. Call the server directly, or list the proxy's address in STAMPLINE_TRUSTED_PROXIES.`,
  );

const proxyRequired = (): DomainError =>
  new DomainError(
    'forbidden',
    'proxy.required',
    'This server has no TLS of its own, so it answers only through the proxies listed in STAMPLINE_TRUSTED_PROXIES. Call it through one of them.',
  );

const badProtocol = (): DomainError =>
  new DomainError('invalid', 'proxy.bad_protocol', "The proxy's X-Forwarded-Proto is neither http nor https.");

/**
 * A page of another site must not write, and what another port or scheme serves is another site: browsers tell where a request
 * comes from. Programs that are no browsers send neither header.
 */
function refuseForeign(request: FastifyRequest, origins: OwnOrigins): DomainError | undefined {
  if (isSafe(request.method)) return undefined;
  const { origin } = request.headers;
  const isElsewhere = !['none', 'same-origin'].includes(String(request.headers['sec-fetch-site'] ?? 'none'));
  if (!isElsewhere && (origin === undefined || origins.has(origin, request))) return undefined;
  return new DomainError(
    'forbidden',
    'origin.foreign',
    `A page of ${origin ?? 'another site'} may not write here. ${isElsewhere ? OWN_PAGES_ONLY : BEHIND_A_PROXY}`,
  );
}

/** The browser says so itself: no setting changes that. */
const OWN_PAGES_ONLY = "Only this server's own pages may. Have the server of that page send the request, with a token.";
/** The browser asked one address, and the request arrived with another. */
const BEHIND_A_PROXY =
  'If this is the address of Stampline itself behind a proxy, list its host, with the port where it has one, in STAMPLINE_ALLOWED_HOSTS, and have the proxy send X-Forwarded-Proto.';

/** What stands after a `%` that encodes nothing is left to be what it is. */
function isUtf8(url: string): boolean {
  try {
    for (const [encoded] of url.matchAll(/(?:%[\da-f]{2})+/gi)) decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}

function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase();
}

/** A URL that exists for other methods: OPTIONS tells them, anything else is 405; a URL that doesn't is left to be 404. */
function answerUnrouted(
  request: FastifyRequest,
  reply: FastifyReply,
  allow: readonly string[] | undefined,
  done: () => void,
): void {
  if (!allow) return done();
  if (request.method === 'OPTIONS') {
    void reply.code(200).header('allow', allow.join(',')).send();
    return;
  }
  sendError(
    request,
    reply,
    new DomainError(
      'method_not_allowed',
      'method.not_allowed',
      `This URL does not support ${request.method}${allow.length > 0 ? `, only to ${allow.join(', ')}` : ''}.`,
      { allow },
    ),
  );
}
