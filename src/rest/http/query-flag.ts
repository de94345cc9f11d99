// Flags in the query: `?dry_run=1`, `?lenient=1`.
import type { FastifyRequest } from 'fastify';
import { invalid } from '../../platform/errors.js';
import { lastOf, type Query } from '../reading/list-query.js';

/** False where it isn't said. Throws invalid `<name>.invalid` for what is neither. */
export function queryFlag(request: FastifyRequest, name: 'dry_run' | 'lenient'): boolean {
  const given = lastOf((request.query as Query)[name]);
  if (given === undefined || given === '0' || given === 'false') return false;
  if (given === '1' || given === 'true') return true;
  throw invalid(`${name}.invalid`, `${name} is 1 or 0.`);
}
