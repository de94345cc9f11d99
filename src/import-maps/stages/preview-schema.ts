// What a ticket's preview is answered as, for the OpenAPI document.
const text = (description: string, type: string | string[] = 'string'): object => ({ type, description });

export const PREVIEW_KEY = {
  type: ['string', 'null'],
  description:
    'What links to its preview have, as `?dev=TKT-1~<key>`; null where they need none, or for those who may not read.',
};

export const PAGES = {
  type: 'object',
  description:
    "The application's page with its stage, and in production; empty where the project's settings name no `page`.",
  additionalProperties: { type: 'string' },
};

export const PREVIEW = {
  type: 'object',
  description: 'How a ticket is looked at before it is released.',
  properties: {
    ticket: text('Where the ticket is.'),
    key: text('Its key.'),
    version: { type: 'integer', description: 'Its version; the ETag.' },
    stage: text('The stage that it is at; null while it has no modules.', ['string', 'null']),
    preview_key: PREVIEW_KEY,
    links: {
      type: 'object',
      description: 'The import map of its stage and of production.',
      additionalProperties: { type: 'string' },
    },
    pages: PAGES,
  },
  required: ['ticket', 'key', 'version', 'stage', 'preview_key', 'links', 'pages'],
};
