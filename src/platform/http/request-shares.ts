// How many long requests one address, and one token, may have open at a time: readers of the stream, waits for tickets and
// large replies that are being sent. Each keeps a connection, and often a file, for as long as its client likes, so that one
// client alone could take all that the server has. Counted in memory, for each process by itself.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { ShareRules } from '../../config.js';
import { DomainError } from '../errors.js';
import { countOpen, countOverShare } from '../metrics.controller.js';
import { turnIntoError } from './error-reply.js';
import { isSafe } from './safe-methods.js';

type Kind = keyof ShareRules;

interface Words {
  readonly what: string;
  readonly setting: string;
}

const WORDS: Readonly<Record<Kind, Words>> = {
  streams: { what: 'readers of the stream', setting: 'STAMPLINE_MAX_STREAMS' },
  waits: { what: 'requests that wait for a ticket', setting: 'STAMPLINE_MAX_WAITS' },
  downloads: { what: 'large replies', setting: 'STAMPLINE_MAX_DOWNLOADS' },
};

/** Seconds. An open request may end at any moment. */
const RETRY_AFTER = 5;

/** A reply of more bytes is a download, and so is each whose length is not known yet. */
const DOWNLOAD_BYTES = 256 * 1024;

/** Registered after the tokens' hook, which says who asks. */
export function shareRequests(server: FastifyInstance, rules: ShareRules): void {
  const shares = new Shares(rules);
  server.addHook('onRequest', (request, reply, done) => {
    const kind = lastingKind(request);
    done(kind && shares.take(kind, request, reply));
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!isSafe(request.method) || !isDownload(payload)) return done(null, payload);
    const refusal = shares.take('downloads', request, reply);
    if (!refusal) return done(null, payload);
    if (isStream(payload)) payload.destroy();
    done(null, turnIntoError(request, reply, refusal));
  });
}

class Shares {
  /** How many are open, by kind and by whose they are. */
  private readonly open = new Map<string, number>();

  constructor(private readonly rules: ShareRules) {}

  /** Counts a request until its reply is over; or answers too_many `share.<kind>`, and counts nothing. */
  take(kind: Kind, request: FastifyRequest, { raw }: FastifyReply): DomainError | undefined {
    const holders = holdersOf(request);
    const full = holders.find(([, holder]) => (this.open.get(`${kind} ${holder}`) ?? 0) >= this.rules[kind]);
    if (full) {
      countOverShare(kind);
      return tooMany(kind, full[0], this.rules[kind]);
    }
    const change = (by: 1 | -1): void => {
      for (const [, holder] of holders) this.add(`${kind} ${holder}`, by);
      countOpen(kind, by);
    };
    change(1);
    // The client may have left before this.
    if (raw.closed) change(-1);
    else raw.once('close', () => change(-1));
    return undefined;
  }

  private add(key: string, by: 1 | -1): void {
    const count = (this.open.get(key) ?? 0) + by;
    if (count === 0) this.open.delete(key);
    else this.open.set(key, count);
  }
}

function lastingKind({ routeOptions: { config }, query, headers }: FastifyRequest): Kind | undefined {
  if (config.waits && (query as Record<string, unknown>).wait !== undefined) return 'waits';
  return config.lasts && !headers.accept?.includes('text/html') ? 'streams' : undefined;
}

type Payload = { destroy(): void; pipe: unknown };

const isStream = (payload: unknown): payload is Payload =>
  typeof payload === 'object' && payload !== null && 'pipe' in payload;

function isDownload(payload: unknown): boolean {
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return payload.length > DOWNLOAD_BYTES;
  return isStream(payload);
}

/** Whose it is, in words and as a key: the address, as a proxy that is trusted says it, and the token where one was sent. */
function holdersOf({ ip, token }: FastifyRequest): (readonly [string, string])[] {
  const address = [`the address ${ip}`, `address ${networkOf(ip)}`] as const;
  return token === undefined ? [address] : [address, ['this token', `token ${token}`]];
}

/** One machine has a whole /64 of IPv6 to call from (RFC 6177), and an IPv4 address may be written as IPv6. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).parts.slice(0, 4).join(':');
}

function tooMany(kind: Kind, whose: string, most: number): DomainError {
  const { what, setting } = WORDS[kind];
  return new DomainError(
    'too_many',
    `share.${kind}`,
    `${most} ${what} are open for ${whose}, which is the limit. Close one, or try again in ${RETRY_AFTER} s. ${setting} sets the limit.`,
    { retryAfter: RETRY_AFTER, data: { limit: most } },
  );
}
