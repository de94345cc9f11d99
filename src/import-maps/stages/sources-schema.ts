// How the answer about versions of sources is documented.
import { text, whole } from '../../rest/operations/schema-words.js';

const nullable = (description: string): object => ({ type: ['string', 'null'], description });
const flag = (description: string): object => ({ type: 'boolean', description });
const byPath = (description: string, values: object): object => ({
  type: 'object',
  description,
  additionalProperties: values,
});

const CHANGE = {
  type: 'object',
  description: 'A change of the ticket.',
  required: ['source', 'deleted', 'base', 'state', 'compared', 'dirty', 'built'],
  properties: {
    source: nullable("git's id of the file; null where it is deleted, or nobody said."),
    deleted: flag('True where the ticket deletes the file.'),
    base: nullable("git's id of production's version that it is based on; null where there was none, or nobody knows."),
    state: { type: 'string', enum: ['clean', 'live', 'stale'], description: 'What production has meanwhile.' },
    compared: flag("True where its base is what the sender's history says."),
    dirty: flag('True where the file was in no commit as it came.'),
    built: nullable('The commit that a build made the file from; null where it is no build that made it.'),
  },
};

const LAST = {
  type: 'object',
  description: 'Who changed it last in production.',
  required: ['release', 'ticket', 'commit', 'taken_back', 'git_revert', 'before'],
  properties: {
    release: whole('The release with which it came, or went.'),
    ticket: nullable('The key of the ticket; null for a direct write.'),
    commit: nullable('The commit that it came from; null where nobody said.'),
    taken_back: flag('True where a revert or a rollback took the change out of production.'),
    git_revert: nullable('What takes the change back in git, too; null where its commits are not known.'),
    before: {
      type: 'array',
      items: text("git's id."),
      description: 'The versions that production had of it before, as far as somebody said them, in no order.',
    },
  },
};

export const SOURCES = {
  type: 'object',
  description: 'Versions by path.',
  required: [
    'ticket',
    'key',
    'project',
    'stage',
    'revision',
    'release',
    'production',
    'changes',
    'given_up',
    'changed',
  ],
  properties: {
    ticket: text('Where the ticket is.'),
    key: text("The ticket's key."),
    project: text('Its project.'),
    stage: nullable('Its stage.'),
    revision: whole('The revision of its changes.'),
    release: whole('The release that production is at.'),
    production: byPath(
      "Every source that production has, and git's id of it; null where nobody said it.",
      nullable("git's id."),
    ),
    changes: byPath('What the ticket changes.', CHANGE),
    given_up: byPath(
      "The versions that a rebase gave up for production's; `gone` for a deletion.",
      text("git's id, or `gone`."),
    ),
    changed: byPath('Of the paths that were asked for.', LAST),
  },
};
