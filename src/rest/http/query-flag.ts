// Flags in the query: `?dry_run=1`, `?lenient=1`.
import type { FastifyRequest } from 'fastify';
import { invalid } from '../../platform/errors.js';
import { lastOf, type Query } from '../reading/list-query.js';

const FLAGS: Readonly<Record<string, boolean>> = { '1': true, true: true, '0': false, false: false };

/** What a flag says, false where it isn't said; undefined for what is neither. */
export const flagOf = (given: string | undefined): boolean | undefined =>
  given === undefined ? false : Object.hasOwn(FLAGS, given) ? FLAGS[given] : undefined;

/** False where it isn't said. Throws invalid `<name>.invalid` for what is neither. */
export function queryFlag(request: FastifyRequest, name: 'dry_run' | 'lenient'): boolean {
  const flag = flagOf(lastOf((request.query as Query)[name]));
  if (flag === undefined) throw invalid(`${name}.invalid`, `${name} must be 1 or 0.`);
  return flag;
}
