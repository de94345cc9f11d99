// What browsers are told about every reply: for pages the set that helmet recommends, as constants (helmet puts it together
// anew for each request, which cost a tenth of a read); for the API what matters to data; for what pages elsewhere load,
// that they may.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { Config } from '../../config.js';

/** `scripts`: the source list of the scripts that run. */
const policyFor = (scripts: string): string =>
  [
    "default-src 'self'",
    "base-uri 'self'",
    "font-src 'self' https: data:",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
    `script-src ${scripts}`,
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
  ].join(';');

const PAGE = {
  'content-security-policy': policyFor("'none'"),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/**
 * Lets a page run the scripts that it marks with this nonce, and what they import; without it no script runs. `'self'` would
 * run what anybody uploaded, since modules are served from the same origin.
 */
export function allowOwnScripts(reply: FastifyReply): string {
  const nonce = randomBytes(18).toString('base64');
  void reply.header('content-security-policy', policyFor(`'nonce-${nonce}'`));
  return nonce;
}

/** Data that is opened as a page runs and loads nothing, and other sites can't embed it. */
const DATA = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/**
 * What pages of other origins load from here. No policy of content: none of it is a document, and a worker that is made of a
 * module would have to live by it. Which origins may read it is said where it is answered.
 */
export const SHARED = {
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

/** By how the path begins; everything else is a page. */
const BY_PREFIX: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['/api/', DATA],
  ['/modules/', SHARED],
  ['/import-map.json', SHARED],
  ['/stamp.js', SHARED],
  ['/p/', SHARED],
];

const headersFor = (url: string): Readonly<Record<string, string>> =>
  BY_PREFIX.find(([prefix]) => url.startsWith(prefix))?.[1] ?? PAGE;

/** A browser that came by https never comes by http again, for a year. */
const STRICT = { 'strict-transport-security': 'max-age=31536000' };

export const transportHeaders = (protocol: string): Readonly<Record<string, string>> =>
  protocol === 'https' ? STRICT : {};

/** The first of the hooks, so that refusals carry them too. */
export function secureReplies(server: FastifyInstance, { tls, trustedProxies }: Config): void {
  const mayBeHttps = tls !== undefined || trustedProxies.length > 0;
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headersFor(request.url));
    if (mayBeHttps) void reply.headers(transportHeaders(request.protocol));
    done();
  });
}
