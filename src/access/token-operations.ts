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
  summary: 'Who you are to this server',
  description:
    'The owner of your token, its scopes and projects; `local` with all of them where the server asks for no token.',
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
  summary: 'List the tokens that count',
  description: 'Without the tokens themselves, which nobody sees again after they were made.',
  reply: { description: 'Those that count, newest first.', schema: TOKEN_LIST },
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
  summary: 'Make a token',
  description:
    "With `projects` it reaches those only. You can give the scopes that your token has, and no others: `map:<stage>` first comes from the server's operator, by `stampline token create`. The answer is the only place where the token is ever shown. A repeat makes another one: this call takes no Idempotency-Key, which would keep the token.",
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
    'The new one may the same for as long; the old one counts for 24 h more. A token is replaced once, by who has all its scopes: another call is 409, and names the token that replaced it.',
  once: false,
  reply: { description: 'The new one.', schema: NEW_TOKEN },
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
  description: 'It is refused everywhere within five seconds.',
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
