// What attacks were really answered: each request is an operation of openapi.json with the parts that make it costly, and what
// must have been attacked is read off the same document, so that a new operation or parameter is missed until it is attacked.

const METHODS = /^(get|post|put|patch|delete)$/;
/** Bytes of an URL and a body from which a list is one. */
const LONG = 1000;
const LOOKUP = /^.*__/;
const OF_LISTS = /^(list|removeList)_/;

/** Whose answer is made of the Host that was asked for. */
const BY_HOST = /^(import_map|stamp_script|snippet)(_of)?$/;
/** Parameters whose names depend on the project: each stage is one. */
const BY_STAGE = /^(import_map|stamp_script)(_of)?$/;

/**
 * @typedef {{operationId: string, parameters?: any[], requestBody?: any}} Described an operation, as openapi.json has it
 * @typedef {{operationId: string, method: string, path: string, described: Described}} Operation
 */

/** @returns {Operation[]} */
export function operationsOf({ paths, components = {} }) {
  const whole = (one) => (one.$ref ? components.parameters[one.$ref.split('/').at(-1)] : one);
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.test(method))
      .map(([method, described]) => ({
        operationId: described.operationId,
        method: method.toUpperCase(),
        path,
        described: { ...described, parameters: (described.parameters ?? []).map(whole) },
      })),
  );
}

/** Finds the operation of a request; of two that fit, the one with fewer parameters in its path. */
export function routesOf(operations) {
  const routes = operations
    .map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      open: operation.path.split('{').length,
    }))
    .sort((one, other) => one.open - other.open);
  return (method, pathname) =>
    routes.find(({ operation, pattern }) => operation.method === method && pattern.test(pathname))?.operation;
}

/** What of an operation a request has: itself, each of its parameters, and whether it is long. Lists share their parameters. */
export function partsOf({ operationId }, { url, host, bytes }) {
  const given = [...new Set(url.searchParams.keys())].map((name) => `?${name.replace(LOOKUP, '__')}`);
  const parameters = given.map((name) => `${OF_LISTS.test(operationId) ? familyOf(operationId) : operationId} ${name}`);
  const isLong = url.pathname.length + url.search.length + bytes >= LONG;
  return [
    operationId,
    ...parameters,
    ...(isLong ? [`${operationId} long`] : []),
    ...(host ? [`${operationId} Host`] : []),
  ];
}

const familyOf = (operationId) => `${OF_LISTS.exec(operationId)[1]}_*`;

/**
 * What must be attacked: each operation that takes lists, patterns or files, with a long one; each parameter of what is read or
 * takes one of those (lists share theirs); each lookup; each Host.
 * @param {readonly string[]} lookups @returns {Set<string>}
 */
export function needsOf(document, lookups) {
  const operations = operationsOf(document);
  const resources = new Set(operations.map(({ operationId }) => /^set_(.+)$/.exec(operationId)?.[1]).filter(Boolean));
  const needs = new Set([...lookups].map((lookup) => `list_* ?__${lookup}`));
  for (const { operationId, method, described } of operations) {
    const attackable = isAttackable(described, document);
    const isList = OF_LISTS.test(operationId);
    if (attackable) needs.add(operationId);
    if (attackable && (!isList || resources.has(operationId.replace(OF_LISTS, '')))) needs.add(`${operationId} long`);
    if (BY_HOST.test(operationId)) needs.add(`${operationId} Host`);
    if (BY_STAGE.test(operationId)) needs.add(`${operationId} ?dev`);
    if (!attackable && method !== 'GET') continue;
    for (const { name, in: where } of described.parameters)
      if (where === 'query' && !name.includes('__'))
        needs.add(`${isList ? familyOf(operationId) : operationId} ?${name}`);
  }
  return needs;
}

/** Lists, and objects whose keys the client chooses, at any depth that the document shows. */
function isLong(given, document, depth = 0) {
  const schema = given?.$ref === undefined ? given : document.components.schemas[given.$ref.split('/').at(-1)];
  if (!schema || depth > 5) return false;
  if ([schema.type].flat().includes('array') || schema.additionalProperties) return true;
  const inner = [...Object.values(schema.properties ?? {}), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
  return [...inner, ...(schema.allOf ?? [])].some((one) => isLong(one, document, depth + 1));
}

function isAttackable({ operationId, parameters, requestBody }, document) {
  const lists = parameters.some(
    ({ name, schema }) => name === 'ids' || name.includes('__') || isLong(schema, document),
  );
  const bodies = Object.entries(requestBody?.content ?? {});
  const isBody = bodies.some(([type, { schema }]) => type.startsWith('multipart/') || isLong(schema, document));
  return lists || OF_LISTS.test(operationId) || isBody;
}
