// What stage verbs on a ticket are asked with.
import { Flag, Text, Whole } from '../../rest/fields/field-decorators.js';
import { Commit, Commits, Words } from '../../rest/operations/body-fields.js';
import { bodyBy, bodyOf } from '../../rest/operations/operation-body.js';
import { LONGEST_REASON } from '../../rest/operations/reason.js';
import { rebaseBody } from './rebase-body.js';

const REASON = { max: LONGEST_REASON, help: 'Goes into the history.' };

class PromoteBody {
  @Whole({ min: 0, help: 'The production release that you expect.' })
  release: number;

  @Commit({
    help: 'The commit that has the change. What came before it was committed (`dirty`) counts as committed from then on. The release has it, also where only the promotion to a stage before says it. It is not what takes the change back in git: `git_commits` are.',
  })
  git_commit: string;

  @Commits({
    help: 'The commits that changed its modules, newest first. The release has those that the last promotion said which said any. A revert is answered with what takes them back in git. Where none says any, the commit of the uploads is the one, if all of them name the same, and neither a watched folder nor a package is among them.',
  })
  git_commits: string[];

  @Commits({ help: 'Those of `git_commits` that are merges.' })
  git_merges: string[];

  @Words({
    items: { type: 'string', enum: ['imports'], description: 'A policy.' },
    help: 'Policies that this promotion goes past though they object; with a reason. It is an event.',
  })
  force: string[];

  @Text(REASON)
  reason: string;
}

class RevertBody {
  @Text(REASON)
  reason: string;

  @Whole({ min: 0, help: 'In the first stage: the revision of its modules to go back to.' })
  to_revision: number;

  @Flag({ help: 'Out of production: take out those that depend on it, too.' })
  cascade: boolean;

  @Flag({ help: 'Out of production: though others depend on it.' })
  force: boolean;
}

export const PROMOTE = bodyOf(PromoteBody, { about: 'What you saw.' });
export const REVERT = bodyOf(RevertBody, { about: 'How.' });
export const REBASE = bodyBy(rebaseBody, {
  schema: {
    type: 'object',
    description: 'For each key, `specifier` or `scope specifier`, whose value counts.',
    additionalProperties: { type: 'string', enum: ['mine', 'theirs'] },
  },
});
