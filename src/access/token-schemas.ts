// What /api/v1/token/ and /api/v1/whoami/ say, for the OpenAPI document.
import { ID_SCHEMA } from '../platform/whole-number.js';
import { SCOPES } from './scopes.js';
import { text } from '../rest/operations/schema-words.js';

const SCOPE_LIST = {
  type: 'array',
  minItems: 1,
  items: { type: 'string' },
  description: Object.entries(SCOPES)
    .map(([scope, allows]) => `\`${scope}\`: ${allows}`)
    .join('. '),
};

const PROJECTS = {
  type: ['array', 'null'],
  items: { type: 'string' },
  description: 'The names of its projects; null for all projects.',
};

export const WANTED_TOKEN = {
  type: 'object',
  description: 'Its purpose.',
  properties: {
    owner: text('Its owner: the actor in history and stream.', { maxLength: 100 }),
    scopes: SCOPE_LIST,
    projects: { ...PROJECTS, minItems: 1, maxItems: 100 },
    purpose: text('Its purpose.', { maxLength: 500 }),
    days: { type: 'integer', minimum: 1, maximum: 3650, description: 'For how many days it is valid; 90 by default.' },
  },
  required: ['owner', 'scopes'],
  additionalProperties: false,
};

const SHOWN = {
  id: { ...ID_SCHEMA, description: 'The id, for rotating or revoking it.' },
  owner: text('Its owner.'),
  purpose: text('Its purpose.'),
  scopes: { ...SCOPE_LIST, minItems: 0 },
  projects: PROJECTS,
  created_at: text('When it was created, ISO 8601.'),
  expires_at: text('When it expires, ISO 8601.'),
  revoked_at: { type: ['string', 'null'], description: 'When it was revoked.' },
};
const REQUIRED = Object.keys(SHOWN);

export const NEW_TOKEN = {
  type: 'object',
  description: 'A new token.',
  properties: { ...SHOWN, token: text('The token. It is shown only here.') },
  required: [...REQUIRED, 'token'],
};

export const TOKEN_LIST = {
  type: 'object',
  description: 'Tokens, without the secrets.',
  properties: {
    objects: {
      type: 'array',
      description: 'At most 1000.',
      items: { type: 'object', description: 'A token.', properties: SHOWN, required: REQUIRED },
    },
  },
  required: ['objects'],
};

export const WHO = {
  type: 'object',
  description: 'The caller.',
  properties: {
    name: text('The actor in history and stream.'),
    scopes: {
      description: 'Your scopes; `all` on a server that requires no token.',
      oneOf: [
        { type: 'string', enum: ['all'] },
        { type: 'array', items: { type: 'string' } },
      ],
    },
    projects: PROJECTS,
  },
  required: ['name', 'scopes', 'projects'],
};
