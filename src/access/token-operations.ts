// /api/v1/token/ and /api/v1/whoami/: who may do what, as those who administer it see it, and as one sees oneself.
import { notFound } from '../platform/errors.js';
import { quoted } from '../platform/redact.js';
import { pathParameter } from '../rest/http/documented.js';
import { bodyBy } from '../rest/operations/operation-body.js';
import { definePlace, readOperation, writeOperation } from '../rest/operations/operation.js';
import { nowhere } from '../rest/operations/places.js';
import { asId } from '../rest/writing/reference.js';
import { AccessTokens } from './access-tokens.js';
import { tokenBody } from './token-body.js';
import { NEW_TOKEN, TOKEN_LIST, WANTED_TOKEN, WHO } from './token-schemas.js';

const EVERYWHERE = nowhere('all');
const ON_TOKEN = definePlace<number, AccessTokens>({
  about: 'all',
  documented: [pathParameter('id', 'The id of the token.', '1')],
  by: AccessTokens,
  find: (_tokens, { params: { id: given = '' } }) => {
    const id = asId(given);
    if (id === undefined) throw notFound(`There is no token '${quoted(given, 50)}'.`);
    return id;
  },
});

export const whoami = readOperation({
  name: 'whoami',
  route: 'GET whoami',
  at: nowhere('none'),
  needs: 'token',
  tag: 'Access',
  summary: 'Get your own identity',
  description:
    'The owner of your token, its scopes and projects; `local` with all of them on a server that requires no token.',
  reply: { description: 'You.', schema: WHO },
  failures: [401],
  use: AccessTokens,
  read: (_tokens, { context: { principal } }) => {
    const { name, scopes, reach } = principal;
    const projects = reach ? [...reach.values()].sort() : null;
    return { name, scopes: scopes === 'all' ? 'all' : [...scopes], projects };
  },
});

export const listTokens = readOperation({
  name: 'list_token',
  route: 'GET token',
  at: EVERYWHERE,
  needs: 'admin',
  tag: 'Access',
  summary: 'List the valid tokens',
  description: 'Without the secrets, which are shown only when a token is created.',
  reply: { description: 'The valid tokens, newest first.', schema: TOKEN_LIST },
  failures: [401, 403],
  use: AccessTokens,
  read: async (tokens) => ({ objects: await tokens.list() }),
});

export const createToken = writeOperation({
  name: 'create_token',
  route: 'POST token',
  at: EVERYWHERE,
  needs: 'admin',
  tag: 'Access',
  summary: 'Create a token',
  description:
    'With `projects` it reaches only those. You can give only the scopes that your token has: the first token with `map:<stage>` comes from the operator, by `stampline token create`. The token is shown only in this reply. A repeated call creates another token: this call takes no Idempotency-Key, because the key would store the token.',
  once: false,
  body: bodyBy(tokenBody, {
    schema: WANTED_TOKEN,
    example: { owner: 'ci', scopes: ['read', 'status:write'], purpose: 'The lander' },
  }),
  reply: { status: 201, description: 'Made.', schema: NEW_TOKEN },
  failures: [400, 401, 403, 415],
  use: AccessTokens,
  write:
    (tokens, { body: wanted, context: { principal } }) =>
    async (tx) => ({ status: 201, body: await tokens.create(tx, wanted, principal) }),
});

export const rotateToken = writeOperation({
  name: 'rotate_token',
  route: 'POST token/:id/rotate',
  at: ON_TOKEN,
  needs: 'admin',
  tag: 'Access',
  summary: 'Replace a token',
  description:
    'The new token has the same scopes and lifetime; the old one is valid for 24 h more. A token can be replaced once, by a caller with all its scopes: another call is refused with 409, and names the token that replaced it.',
  once: false,
  reply: { description: 'The new token.', schema: NEW_TOKEN },
  failures: [401, 403, 404, 409],
  use: AccessTokens,
  write:
    (tokens, { at: id, context: { principal } }) =>
    async (tx) => ({ body: await tokens.rotate(tx, id, principal) }),
});

export const revokeToken = writeOperation({
  name: 'revoke_token',
  route: 'DELETE token/:id',
  at: ON_TOKEN,
  needs: 'admin',
  tag: 'Access',
  summary: 'Revoke a token',
  description: 'All servers refuse it within five seconds.',
  once: false,
  reply: { status: 204, description: 'Revoked.' },
  failures: [401, 403, 404],
  use: AccessTokens,
  write:
    (tokens, { at: id, context: { actor } }) =>
    async (tx) => {
      await tokens.revoke(tx, id, actor);
      return { status: 204, body: null };
    },
});
