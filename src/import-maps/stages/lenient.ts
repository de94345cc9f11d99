// `?lenient=1` (import-maps.md, section 3): what the standard ignores with a warning is left out and told, and not refused.
import type { FastifyRequest } from 'fastify';
import { flagParameter } from '../../rest/http/documented.js';
import { queryFlag } from '../../rest/http/query-flag.js';
import { keyOf } from '../domain/map-key.js';
import type { MapWarning } from './map-warning.js';

export const LENIENT = flagParameter(
  'lenient',
  '1: entries that the standard ignores (no specifier, no address, an address in another form) are left out with a warning. Without it they are refused with 422.',
);

/** Throws invalid `lenient.invalid`. */
export const isLenient = (request: FastifyRequest): boolean => queryFlag(request, 'lenient');

/** `name`: a specifier, a scope or a URL, as it was sent. */
export const leftOut = (name: string, message: string): MapWarning => ({ code: 'left_out', key: keyOf(name), message });
