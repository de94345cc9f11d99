// What promotions say of git, kept with the revision that they promote: its release has it, whichever promotion said it.
import type { Tx } from '../../platform/database/db.js';

/** Undefined: not known to who promotes now. */
export interface RevisionGit {
  /** The commit that has all of it, which isn't always the one that its upload came from. */
  readonly foundIn?: string | undefined;
  /** The commits that changed its modules, newest first, and which of them are merges: what takes it back in git. */
  readonly commits?: readonly string[] | undefined;
  readonly merges?: readonly string[] | undefined;
}

/** What isn't known now stays as it was said before. `revision`: its id. */
export async function keepGit(tx: Tx, revision: number, { foundIn, commits, merges = [] }: RevisionGit): Promise<void> {
  if (foundIn === undefined && commits === undefined) return;
  await tx.run({
    name: 'revision_git',
    text: `UPDATE map_revision SET found_in = COALESCE($2::text, found_in), git_commits = COALESCE($3::text[], git_commits),
        git_merges = CASE WHEN $3::text[] IS NULL THEN git_merges ELSE $4::text[] END
      WHERE id = $1`,
    values: [revision, foundIn ?? null, commits ?? null, merges],
  });
}

/** A revision that has the same modules as another one has the same commits. Ids. */
export async function carryGit(tx: Tx, from: number, to: number): Promise<void> {
  await tx.run({
    name: 'revision_git_carried',
    text: `UPDATE map_revision n SET git_commits = o.git_commits, git_merges = o.git_merges FROM map_revision o
      WHERE n.id = $2 AND o.id = $1`,
    values: [from, to],
  });
}
