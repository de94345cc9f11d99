// Who calls a server that asks for tokens: with every scope, with one of each, with none, with what is no token.
import fc from 'fast-check';

/**
 * @typedef {{headers: Record<string, string>, scopes: readonly string[]}} Caller `scopes` of a token that counts; else none.
 */

/** The ids of tokens that requests may hit by chance; those that the callers use come after them. */
const THROWAWAYS = 40;
const WRITES = ['ticket:write', 'status:write', 'artifact:write', 'event:write'];
const STAGES = ['map:dev', 'map:qa', 'map:prod'];
export const EVERY_SCOPE = ['read', ...WRITES, ...STAGES, 'admin'];
const SCOPES = [
  EVERY_SCOPE,
  ['read', ...WRITES, ...STAGES],
  ...['read', ...WRITES, 'map:dev', 'map:prod', 'admin'].map((scope) => [scope]),
];
const NO_TOKENS = [
  'Bearer',
  'Bearer ',
  'Bearer x',
  `Bearer stl_${'A'.repeat(49)}`,
  'Basic YTpi',
  'ApiKey ci:',
  'ApiKey :x',
  `Bearer ${'x'.repeat(5000)}`,
  'nonsense',
];

/**
 * Makes their tokens with `root`, a token of every scope: nobody gives what they haven't got.
 * @returns {Promise<Caller[]>}
 */
export async function callersOf(base, root) {
  const make = async (scopes) => {
    const reply = await fetch(`${base}/api/v1/token/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${root}`, 'content-type': 'application/json' },
      body: JSON.stringify({ owner: 'ci', scopes }),
    });
    if (reply.status !== 201) throw new Error(`A token was answered ${reply.status}: ${await reply.text()}`);
    return (await reply.json()).token;
  };
  for (let made = 1; made < THROWAWAYS; made += 1) await make(['read']);
  const callers = [];
  for (const scopes of SCOPES) {
    const token = await make(scopes);
    callers.push({ scopes, headers: { authorization: `Bearer ${token}` } });
    callers.push({ scopes, headers: { authorization: `ApiKey ci:${token}` } });
  }
  return [
    ...callers,
    { scopes: [], headers: {} },
    ...NO_TOKENS.map((authorization) => ({ scopes: [], headers: { authorization } })),
  ];
}

/** Mostly by those who may do much, so that there is something to work on. */
export function calledBy(callers, requests) {
  const caller = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...callers.slice(0, 4)) },
    { weight: 2, arbitrary: fc.constantFrom(...callers) },
  );
  return fc.tuple(requests, caller).map(([request, { headers, scopes }]) => ({
    ...request,
    headers: { ...request.headers, ...headers },
    barred: !mayCall(request.scope, scopes),
  }));
}

function mayCall(scope, scopes) {
  if (scope === 'anonymous') return true;
  if (scope === 'token') return scopes.length > 0;
  return scope
    .split('|')
    .some((kind) => (kind === 'map:*' ? scopes.some((one) => one.startsWith('map:')) : scopes.includes(kind)));
}
