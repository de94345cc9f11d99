// By which URL a client calls us: what links in answers begin with.
import type { FastifyRequest } from 'fastify';

/** Without a slash at its end. Behind a proxy that is trusted, as that one was called. */
export const originOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host || 'localhost'}`;
