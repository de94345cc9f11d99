// What stage verbs take and answer, for the OpenAPI document.
import { PAGES, PREVIEW_KEY } from './preview-schema.js';
import { HOLD } from '../../promotion/replies.js';
import { list, object, text, whole } from '../../rest/operations/schema-words.js';

const TARGET = {
  ...object(
    'The URL of the key; null if it has none.',
    { url: text('An absolute URL.'), integrity: text('Subresource integrity.') },
    ['url'],
  ),
  type: ['object', 'null'],
};
const KEY = {
  specifier: text('What modules import.'),
  scope: text('The scope, or null for the section imports.', { type: ['string', 'null'] }),
};
const NOBODY = { type: ['string', 'null'] };

const DIFFERENCE_FIELDS = {
  ...KEY,
  change: text('What happened to the key.', { enum: ['added', 'changed', 'removed'] }),
  from: TARGET,
  to: TARGET,
};

const WARNINGS = list(
  'A warning.',
  object(
    'A warning.',
    {
      code: text('overlap, overtaken, dangling, outside, dynamic, left_out.'),
      key: text('The key.'),
      ticket: text('The other ticket.'),
      message: text('For people.'),
    },
    ['code', 'key', 'message'],
  ),
);

const MORE_WARNINGS = { type: 'integer', description: 'How many more there are: at most 100 are listed.' };

export const STAGE_CHANGE = object(
  'The current ticket, and what the verb did.',
  {
    ticket: text('Where the ticket is.'),
    key: text('Its key.'),
    stage: text('The stage that it is at.'),
    current_workflow_step: text('Its step.'),
    status: text('Its status.'),
    version: whole('Its version; the ETag.'),
    revision: whole('The revision of its modules.'),
    release: {
      ...whole('The production release that this created; null if it created none.'),
      type: ['integer', 'null'],
    },
    changes: list('What changed, key by key.', object('A key.', DIFFERENCE_FIELDS)),
    superseded: list(
      'Keys that a later ticket overwrote, so they stay.',
      object('A key.', { ...KEY, ticket: { ...NOBODY, description: 'The later ticket.' } }),
    ),
    dependents: list(
      'Modules that import a removed key.',
      object('A layer of production.', {
        ticket: { ...NOBODY, description: 'Its ticket.' },
        specifiers: list('Its imports.', text('A specifier.')),
      }),
    ),
    warnings: WARNINGS,
    more_warnings: MORE_WARNINGS,
    git_revert: text(
      'The command that reverts the change in git; null if it is from git and its commits are not known, absent if it is not from git.',
      { type: ['string', 'null'] },
    ),
    preview_key: PREVIEW_KEY,
    links: {
      type: 'object',
      description: 'The import map of its stage and of production.',
      additionalProperties: { type: 'string' },
    },
    pages: PAGES,
    dry_run: { type: 'boolean', description: 'True if nothing was stored.' },
  },
  ['ticket', 'key', 'stage', 'current_workflow_step', 'status', 'version', 'revision', 'release', 'changes', 'links'],
);

export const DIFF = object('What differs between two maps.', {
  from: text('One.'),
  to: text('The other.'),
  release: whole('The current release of production.'),
  changes: list(
    'By key.',
    object('A key.', {
      ...DIFFERENCE_FIELDS,
      state: text(
        'For keys of the ticket: clean, live, or stale if another ticket released a different value since; null otherwise.',
        { type: ['string', 'null'] },
      ),
      overtakes: { ...NOBODY, description: 'For a stale key: the ticket whose change a promotion would overwrite.' },
    }),
  ),
});

export const STAGE = object('A stage.', {
  name: text('Also the query key of previews.'),
  step: whole('The workflow step that a ticket gets with it.'),
  title: text('What people call it.'),
  project: text('The project.'),
  production: { type: 'boolean', description: 'True for the last one.' },
  release: { type: ['integer', 'null'], description: 'Of production: the release that it is at, and its ETag.' },
  previews: text('Of its tickets: `open`, or `key` where links to them need a preview key.', { enum: ['open', 'key'] }),
  page: text('The page of the application that links to previews open; null if the project names none.', {
    type: ['string', 'null'],
  }),
  lock: HOLD,
  resource_uri: text('Where it is.'),
});

export const STAGES = object('The stages of a project, in order.', {
  meta: { type: 'object', description: 'How many there are.' },
  objects: list('The stages.', STAGE),
});

export const DIRECT_WRITE = object(
  'An import map to lay over production, or operations.',
  {
    imports: { type: 'object', description: 'Assigned key by key.', additionalProperties: { type: 'string' } },
    scopes: { type: 'object', description: 'Each is replaced whole.', additionalProperties: { type: 'object' } },
    integrity: { type: 'object', description: 'By URL.', additionalProperties: { type: 'string' } },
    operations: list(
      'Instead of a map: keys to set, or to delete where url is null.',
      object(
        'An operation.',
        {
          specifier: KEY.specifier,
          scope: KEY.scope,
          url: text('Its URL; null deletes the key.', NOBODY),
          integrity: text('Subresource integrity.'),
        },
        ['specifier', 'url'],
      ),
    ),
    reason: text('The reason, stored with the release.', { maxLength: 500 }),
  },
  [],
);

export const PRODUCTION_CHANGE = object(
  'The new release of production.',
  {
    project: text('The project.'),
    stage: text('Production.'),
    release: whole('The release; the ETag.'),
    changes: list('What changed, key by key.', object('A key.', DIFFERENCE_FIELDS)),
    warnings: WARNINGS,
    more_warnings: MORE_WARNINGS,
    suspended: list('Tickets that were moved back a stage.', text('A key.')),
    restored: list('Tickets whose modules were restored without them; null for direct writes.', NOBODY),
  },
  ['project', 'stage', 'release', 'changes'],
);

export const RELEASE = object('A release.', {
  number: whole('Its number within the project.'),
  project: text('The project.'),
  parent: { type: ['integer', 'null'], description: 'The release before.' },
  kind: text('base, promote, revert, rollback or write.'),
  ticket: { ...NOBODY, description: 'The URI of its ticket; null if it has none.' },
  key: { ...NOBODY, description: "The ticket's key." },
  title: { ...NOBODY, description: "The ticket's title." },
  line: text('What it did, in one line.'),
  actor: text('The actor.'),
  created_at: text('When it was created.', NOBODY),
  live: { type: 'boolean', description: 'True for the current release of production.' },
  import_map: text('The URL of its map.'),
  layers: list(
    'Its layers, in order.',
    object('A promoted delta, or a direct write.', {
      ticket: { ...NOBODY, description: 'Its ticket.' },
      revision: { type: ['integer', 'null'], description: "The ticket's revision." },
      added_in: whole('The release that added it.'),
      git_commit: { ...NOBODY, description: 'The commit that contains it, which may be of another change.' },
      git_commits: list('The commits that changed its modules, newest first, where they are known.', text('A commit.')),
      dirty: { type: 'boolean', description: 'True if some of its files were uploaded from uncommitted work.' },
      keys: whole('How many keys it changes.'),
    }),
  ),
  commits: list('The commits of its layers.', text('A commit.')),
});
