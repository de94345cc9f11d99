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
  description: 'The names of the projects that it is for; null: all of them.',
};

export const WANTED_TOKEN = {
  type: 'object',
  description: 'What it is for.',
  properties: {
    owner: text('Who acts with it: the actor in history and stream.', { maxLength: 100 }),
    scopes: SCOPE_LIST,
    projects: { ...PROJECTS, minItems: 1, maxItems: 100 },
    purpose: text('What it is for.', { maxLength: 500 }),
    days: { type: 'integer', minimum: 1, maximum: 3650, description: 'How long it counts; 90 where none is given.' },
  },
  required: ['owner', 'scopes'],
  additionalProperties: false,
};

const SHOWN = {
  id: { ...ID_SCHEMA, description: 'Names it when it is rotated or revoked.' },
  owner: text('Who acts with it.'),
  purpose: text('What it is for.'),
  scopes: { ...SCOPE_LIST, minItems: 0 },
  projects: PROJECTS,
  created_at: text('When it was made, ISO 8601.'),
  expires_at: text('When it runs out, ISO 8601.'),
  revoked_at: { type: ['string', 'null'], description: 'When it was revoked.' },
};
const REQUIRED = Object.keys(SHOWN);

export const NEW_TOKEN = {
  type: 'object',
  description: 'A token that was just made.',
  properties: { ...SHOWN, token: text('The token. It is shown here and never again.') },
  required: [...REQUIRED, 'token'],
};

export const TOKEN_LIST = {
  type: 'object',
  description: 'Tokens, without themselves.',
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
  description: 'Who asked.',
  properties: {
    name: text('The actor in history and stream.'),
    scopes: {
      description: 'What you may; `all` where nobody is asked for a token.',
      oneOf: [
        { type: 'string', enum: ['all'] },
        { type: 'array', items: { type: 'string' } },
      ],
    },
    projects: PROJECTS,
  },
  required: ['name', 'scopes', 'projects'],
};
