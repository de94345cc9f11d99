// What attacks are made of: requests, forms, fresh names, and ways that must be refused.
import { randomUUID } from 'node:crypto';

/**
 * @typedef {object} Ground what attacks work on
 * @property {string} base
 * @property {number} ticket its keys are small
 * @property {number[]} own a ticket with 10 000 keys for each client
 * @property {number[]} common one with keys that production has, too
 * @property {string} modulePath of a large module
 * @property {{number: number, at: string}[]} releases some old ones of production
 * @property {object} document openapi.json
 * @property {import('./record.mjs').Operation[]} operations
 *
 * @typedef {object} Turn
 * @property {(path: string, options?: RequestInit) => Promise<number>} send
 * @property {(path: string) => Promise<void>} hold connections that ask, and stop reading with the first bytes, until the attack ends
 * @property {number} client from 0 to 15
 * @property {number} turn counts the requests of all clients
 * @property {Ground} ground
 *
 * @typedef {((turn: Turn) => Promise<unknown>) & {refused?: string}} Way one request or more; `refused`: why none is answered 2xx
 * @typedef {{name: string, ways: Way[] | ((ground: Ground) => Way[]), prepare?: (ground: Ground) => Promise<void>}} Attack
 * Its ways take turns, and each must have been answered 2xx at least once, or be `refused`: what is only refused says little.
 * `prepare`: what it works on, before anything is measured.
 */

export const ANY_VERSION = { 'if-match': '*' };
export const JSON_BODY = { 'content-type': 'application/json' };
const sent = (method, body, headers = {}) => ({
  method,
  headers: { ...JSON_BODY, ...headers },
  body: JSON.stringify(body),
});
export const patch = (body, headers) => sent('PATCH', body, headers);
export const put = (body, headers) => sent('PUT', body, headers);
export const post = (body) => sent('POST', body);
export const several = (count, one) => Array.from({ length: count }, (_, index) => one(index));
export const fresh = () => randomUUID().slice(0, 8).toUpperCase();

/** @param {string} why @param {Way} way @returns {Way} */
export const refused = (why, way) => Object.assign((turn) => way(turn), { refused: why });

/** A way that asks for one URL. @param {string | ((turn: Turn) => string)} path @returns {Way} */
export const get = (path) => (turn) => turn.send(typeof path === 'string' ? path : path(turn));

/** A map of so many keys, with fresh URLs. */
export const laid = (keys, headers) =>
  patch(
    { imports: Object.fromEntries(several(keys, (index) => [`k${index}`, `https://cdn.example/${fresh()}.js`])) },
    headers,
  );

/** A way for each operation of a family. @param {RegExp} family @param {(operation: import('./record.mjs').Operation) => Way} way */
export const ofEach =
  (family, way) =>
  ({ operations }) =>
    operations.filter(({ operationId }) => family.test(operationId)).map(way);

/** A family's name in URLs. */
export const nameOf = ({ path }) => path.split('/')[3];

export function form(texts, files) {
  const made = new FormData();
  for (const [name, text] of Object.entries(texts)) made.append(name, text);
  for (const [path, content] of Object.entries(files)) made.append('file', new Blob([content]), path);
  return { method: 'POST', body: made };
}
