// What promotions before the last one said of git, kept with the revision that they promoted: the release has it, whichever of
// them said it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PromotedCommits1764730000000 implements MigrationInterface {
  readonly name = 'PromotedCommits1764730000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE map_revision ADD COLUMN found_in text NOT NULL DEFAULT '', ADD COLUMN git_commits text[] NOT NULL DEFAULT '{}',
        ADD COLUMN git_merges text[] NOT NULL DEFAULT '{}'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE map_revision DROP COLUMN git_merges, DROP COLUMN git_commits, DROP COLUMN found_in',
    );
  }
}
