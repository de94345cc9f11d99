// Requests for every operation of an OpenAPI document, from nearly right to hostile, as fast-check arbitraries.
import fc from 'fast-check';
import { ALWAYS, BODIES, HEADERS_OF, namedValue, pathPart } from './routes.mjs';
import { encode, jsonValue, likelyValue, queryText } from './values.mjs';

/** @typedef {{operation: string, scope: string, method: string, path: string, headers: Record<string, string>, body?: string | Buffer}} Request */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const HEADERS = {
  'if-match': ['*', '"1"', '"2"', 'W/"1"', '"x", "1"', 'nonsense', '"99999999999999999999"', ''],
  'if-none-match': ['*', '"1"', 'W/"2"', 'nonsense'],
  'idempotency-key': [...Array.from({ length: 200 }, (_, index) => `key-${index}`), 'a key', 'x'.repeat(256), 'é'],
  prefer: ['return=minimal', 'return=representation', 'nonsense'],
  accept: ['application/json', 'application/problem+json', 'text/html', '*/*', 'nonsense'],
};
const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/vnd.api+json',
  undefined,
  'application/x-www-form-urlencoded',
  'text/plain',
  'nonsense',
];

/**
 * All operations of a document, each with an arbitrary of its requests. `filters` gives the filters of a resource's list:
 * `{ticket: ['owner__icontains', …]}`.
 * @returns {import('fast-check').Arbitrary<Request>}
 */
export function requestsOf(document, filters) {
  const made = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((one) => item[one])) {
      // A full list deleted now and then is part of it; most of the time there should be something to work on.
      const weight = { delete: 1, get: 4, post: 18 }[method] ?? 6;
      made.push({ weight, arbitrary: requestOf(document, path, method, item[method], filters) });
    }
  }
  return fc.oneof(...made);
}

function requestOf(document, path, method, operation, filters) {
  const resource = /^\/api\/v1\/([a-z-]+)\//.exec(path)?.[1];
  return fc
    .record({
      ids: fc.tuple(...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathPart(name))),
      query: queryOf(operation, method, filters[resource] ?? []),
      headers: headersOf(method, operation),
      sent: ['post', 'put', 'patch'].includes(method) ? bodyOf(document, operation) : fc.constant({}),
      slash: fc.boolean(),
    })
    .map(({ ids, query, headers, sent: { body, type }, slash }) => {
      let index = 0;
      const filled = path.replaceAll(/\{\w+\}/g, () => ids[index++]);
      const shown = slash ? filled : filled.replace(/(.)\/$/, '$1');
      const text = query.map(([name, value]) => `${name}=${value}`).join('&');
      return {
        operation: operation.operationId,
        scope: operation['x-scope'],
        method: method.toUpperCase(),
        path: text ? `${shown}?${text}` : shown,
        headers: type === undefined ? headers : { ...headers, 'content-type': type },
        body,
      };
    });
}

function queryOf(operation, method, filters) {
  const documented = (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name);
  const names = [
    ...documented,
    'order_by',
    'sort_by',
    'format',
    '_',
    'nothing',
    '__proto__',
    'ticket__ticket__ticket__ticket__ticket__ticket__id',
  ];
  const parameter = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...names), queryText) },
    ...documented.flatMap((name) => {
      const value = namedValue(name);
      return value ? [{ weight: 2, arbitrary: fc.tuple(fc.constant(name), value.map(encode)) }] : [];
    }),
    {
      weight: 2,
      arbitrary: fc.tuple(
        fc.constantFrom('limit', 'offset', 'after'),
        fc.constantFrom('0', '1', '5', '-1', 'abc', '1e9', '99999999999999999999', ''),
      ),
    },
    ...(filters.length > 0
      ? [
          { weight: 5, arbitrary: fc.tuple(fc.constantFrom(...filters), queryText) },
          {
            weight: 1,
            arbitrary: fc.tuple(
              fc.constant('order_by'),
              fc.constantFrom(...filters, ...filters.map((one) => `-${one}`)),
            ),
          },
        ]
      : []),
  );
  const some = fc.array(parameter, { maxLength: 4 }).map((list) => list.map(tame));
  const always = (ALWAYS[operation.operationId] ?? []).map((name) =>
    fc.tuple(fc.constant(name), namedValue(name).map(encode)),
  );
  const more = method === 'get' ? some : rarely(some).map((list) => list ?? []);
  return fc.tuple(more, ...always).map(([list, ...others]) => [...list, ...others]);
}

/** Nothing that would only make the run wait. */
const tame = ([name, value]) => (name === 'wait' ? [name, /^\d/.test(value) ? '0' : value] : [name, value]);

/** One time in ten. */
const rarely = (arbitrary) => fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

function headersOf(method, { operationId }) {
  const some = {
    ...Object.fromEntries(Object.entries(HEADERS).map(([name, values]) => [name, rarely(fc.constantFrom(...values))])),
    ...HEADERS_OF[operationId],
  };
  const type =
    method === 'get' || method === 'delete'
      ? fc.constant(undefined)
      : fc.oneof(
          { weight: 30, arbitrary: fc.constant('application/json') },
          { weight: 1, arbitrary: fc.constantFrom(...CONTENT_TYPES) },
        );
  return fc
    .record({ ...some, 'content-type': type })
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}

/** A body, and its type where that isn't the usual one. */
function bodyOf(document, operation) {
  const any = jsonBodyOf(document, operation).map((body) => ({ body }));
  const own = BODIES[operation.operationId];
  return own ? fc.oneof({ weight: 6, arbitrary: own }, { weight: 1, arbitrary: any }) : any;
}

function jsonBodyOf(document, operation) {
  const schema = resolve(document, operation.requestBody?.content?.['application/json']?.schema) ?? {};
  const right = valueOf(document, schema, 0).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 40, arbitrary: right },
    { weight: 2, arbitrary: jsonValue.map((value) => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.tuple(right, fc.nat(40)).map(([text, cut]) => text.slice(0, Math.max(0, text.length - cut - 1))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        undefined,
        '',
        ' ',
        '{',
        '[]',
        'null',
        '"x"',
        '{"a":1}}',
        '\ufeff{}',
        '{"__proto__":{"x":1},"constructor":{"prototype":{}}}',
        `{"title":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
        '['.repeat(90_000),
        JSON.stringify({ title: 'x', description: 'x'.repeat(90_000) }),
        JSON.stringify({ title: 'x', description: 'x'.repeat(110_000) }),
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 1,
      arbitrary: fc.tuple(right, fc.nat(60), fc.nat(255)).map(([text, at, byte]) => withByte(text, at, byte)),
    },
  );
}

/** A text with one byte of its UTF-8 replaced. */
function withByte(text, at, byte) {
  const bytes = Buffer.from(text ?? '{}');
  if (bytes.length > 0) bytes[at % bytes.length] = byte;
  return bytes;
}

const resolve = (document, schema) =>
  schema?.$ref ? document.components.schemas[schema.$ref.split('/').at(-1)] : schema;

/** Mostly what the schema says, with a property wrong or missing now and then. */
function valueOf(document, given, depth) {
  const schema = resolve(document, given) ?? {};
  if (schema.properties && depth < 4) {
    const entries = Object.entries(schema.properties).map(([name, inner]) => {
      const right = valueOf(document, { ...inner, name }, depth + 1);
      const required = schema.required?.includes(name);
      const value = fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: jsonValue });
      return [name, fc.option(value, { freq: required ? 60 : 2, nil: undefined })];
    });
    return fc.record(Object.fromEntries(entries));
  }
  if (schema.type === 'array' && schema.items)
    return fc.array(valueOf(document, schema.items, depth + 1), { maxLength: 3 });
  return likelyValue(schema.name ?? '', schema);
}
