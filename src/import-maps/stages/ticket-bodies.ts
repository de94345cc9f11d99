// What stage verbs on a ticket are asked with.
import { Flag, Text, Whole } from '../../rest/fields/field-decorators.js';
import { Commit, Commits, Words } from '../../rest/operations/body-fields.js';
import { bodyBy, bodyOf } from '../../rest/operations/operation-body.js';
import { LONGEST_REASON } from '../../rest/operations/reason.js';
import { rebaseBody } from './rebase-body.js';

const REASON = { max: LONGEST_REASON, help: 'The reason, for the history.' };

class PromoteBody {
  @Whole({ min: 0, help: 'The production release that you expect.' })
  release: number;

  @Commit({
    help: 'The commit that contains the change. Files that were uploaded before the commit (`dirty`) are treated as committed from then on. The release has it, even if only the promotion to an earlier stage names it. To revert the change in git, use `git_commits` instead.',
  })
  git_commit: string;

  @Commits({
    help: 'The commits that changed its modules, newest first. The release has those of the last promotion that named any. The reply to a revert has the command that reverts them in git. If no promotion names any, it is the commit of the uploads, if all of them name the same one, and none is a watched folder or a package.',
  })
  git_commits: string[];

  @Commits({ help: 'Those of `git_commits` that are merges.' })
  git_merges: string[];

  @Words({
    items: { type: 'string', enum: ['imports'], description: 'A policy.' },
    help: 'Policies that block this promotion and are overridden; needs a reason. It is an event.',
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

  @Flag({ help: 'From production: also revert the tickets that depend on it.' })
  cascade: boolean;

  @Flag({ help: 'From production: even if other tickets depend on it.' })
  force: boolean;
}

export const PROMOTE = bodyOf(PromoteBody, { about: 'The ETag that you read.' });
export const REVERT = bodyOf(RevertBody, { about: 'How.' });
export const REBASE = bodyBy(rebaseBody, {
  schema: {
    type: 'object',
    description: 'For each key, `specifier` or `scope specifier`, which value to keep: mine or theirs.',
    additionalProperties: { type: 'string', enum: ['mine', 'theirs'] },
  },
});
