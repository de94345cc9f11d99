// What a case of the comparison is: requests, what Tastypie documents for the last of them, and ours where that differs.
//
// Paths are below /api/v1/. In paths, bodies and expectations `{name}` is a text that is the case's own, `{ticket}`, `{package}`,
// `{upload}`, `{person}` and `{binary}` the ids of objects that are made for the case; `#{ticket}` alone is a number.

/**
 * @typedef {{method: string, path: string, body?: unknown, raw?: string, headers: Record<string, string>}} Ask
 * @typedef {{status: number | number[], headers?: object, body?: unknown, text?: unknown}} Answer
 * @typedef {{name: string, asks: Ask[], says: string, tastypie: Answer, listed?: string, ours?: Answer, ofPostgres?: boolean}} Case
 */

/** @returns {(path: string, body?: unknown, headers?: Record<string, string>) => Ask} */
const verb =
  (method) =>
  (path, body, headers = {}) => ({ method, path, body, headers });

export const POST = verb('POST');
export const PUT = verb('PUT');
export const PATCH = verb('PATCH');
const bare = (method) => (path, headers) => verb(method)(path, undefined, headers);
export const GET = bare('GET');
export const DELETE = bare('DELETE');
export const OPTIONS = bare('OPTIONS');
export const HEAD = bare('HEAD');
/** A body that is sent as it is. */
export const RAW = (method, path, raw, headers = { 'Content-Type': 'application/json' }) => ({
  method,
  path,
  raw,
  headers,
});

/** A case where ours answers as Tastypie documents. @returns {Case} */
export const same = (name, asks, says, tastypie) => ({ name, asks: [asks].flat(), says, tastypie });

/** A case where ours answers otherwise, which docs/API-DESIGN.md lists under this name. @returns {Case} */
export const differs = (listed, name, asks, says, tastypie, ours) => ({
  name,
  asks: [asks].flat(),
  says,
  tastypie,
  listed,
  ours,
});

/** A case that Tastypie leaves to its database: that of reference.py is SQLite, which compares and takes texts otherwise. */
export const ofPostgres = (one) => ({ ...one, ofPostgres: true });

/** Of objects: these members, whatever else there is, and no others. */
export const only = (...names) => {
  const matches = (value) =>
    typeof value === 'object' && value !== null && Object.keys(value).sort().join() === [...names].sort().join();
  return Object.assign(matches, { says: `only ${names.join(', ')}` });
};
/** Anything that there is. */
export const some = Object.assign((value) => value !== undefined && value !== null, { says: 'something' });
