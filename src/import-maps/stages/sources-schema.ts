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
    source: nullable("git's id of the file; null if it is deleted or not known."),
    deleted: flag('True where the ticket deletes the file.'),
    base: nullable("git's id of production's version that it is based on; null if there was none, or it is not known."),
    state: { type: 'string', enum: ['clean', 'live', 'stale'], description: 'The current version of production.' },
    compared: flag("True if its base comes from the sender's git history."),
    dirty: flag('True if the file was uploaded from uncommitted work.'),
    built: nullable('The commit that a build made the file from; null if it is not from a build.'),
  },
};

const LAST = {
  type: 'object',
  description: 'The last change in production.',
  required: ['release', 'ticket', 'commit', 'taken_back', 'git_revert', 'before'],
  properties: {
    release: whole('The release that added or removed it.'),
    ticket: nullable('The key of the ticket; null for a direct write.'),
    commit: nullable('The commit that it came from; null if not known.'),
    taken_back: flag('True if a revert or a rollback took the change out of production.'),
    git_revert: nullable('The command that reverts the change in git; null if its commits are not known.'),
    before: {
      type: 'array',
      items: text("git's id."),
      description: 'Its earlier versions in production, as far as they are known, in no order.',
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
    production: byPath("Every source in production, with git's id; null if not known.", nullable("git's id.")),
    changes: byPath('What the ticket changes.', CHANGE),
    given_up: byPath(
      "The versions that a rebase gave up for production's; `gone` for a deletion.",
      text("git's id, or `gone`."),
    ),
    changed: byPath('Of the paths that were asked for.', LAST),
  },
};
