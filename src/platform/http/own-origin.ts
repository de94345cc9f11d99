// By which URL a client calls us: what links in answers begin with, and the pages that may write here.
import type { FastifyRequest } from 'fastify';

/** Without a slash at its end. Behind a proxy that is trusted, as that one was called. */
export const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host || 'localhost'}`;

/**
 * The origins that are our own: scheme, host and port are those by which the request calls us, or declared in
 * STAMPLINE_ALLOWED_HOSTS. An entry with a port means that port; one without means the scheme's own, as a proxy that isn't
 * listed as trusted publishes it. What is declared is https, or http where we are called by http.
 */
export class OwnOrigins {
  private readonly declared: ReadonlySet<string | undefined>;

  /** `hosts`: `stamp.example` or `stamp.example:8443`. */
  constructor(hosts: readonly string[]) {
    this.declared = new Set(hosts.flatMap((host) => [`https://${host}`, `http://${host}`]).map(normal));
  }

  /** `origin`: the header as it came. */
  has(origin: string, request: Pick<FastifyRequest, 'protocol' | 'host'>): boolean {
    const page = normal(origin);
    if (page === undefined) return false;
    if (page === normal(`${request.protocol}://${request.host}`)) return true;
    return this.declared.has(page) && (page.startsWith('https:') || request.protocol === 'http');
  }
}

/** `https://stamp.example:443` is `https://stamp.example`. Undefined for what is no origin of a page, such as `null`. */
function normal(text: string): string | undefined {
  if (!/^https?:\/\/[^/?#@]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}
