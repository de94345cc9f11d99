// What git says of a ticket's modules: whether they are in a commit, which commits changed them, and which versions of files a
// rebase gave up. Of what was there before nothing is known.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class GitSources1764700000000 implements MigrationInterface {
  readonly name = 'GitSources1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE map_revision ADD COLUMN dirty boolean NOT NULL DEFAULT false');
    await runner.query(
      `ALTER TABLE layer ADD COLUMN dirty boolean NOT NULL DEFAULT false, ADD COLUMN git_commits text[] NOT NULL DEFAULT '{}',
        ADD COLUMN git_merges text[] NOT NULL DEFAULT '{}'`,
    );
    await runner.query(
      `CREATE TABLE given_up_source (ticket_id bigint NOT NULL, key text COLLATE "C" NOT NULL, source text NOT NULL,
        CONSTRAINT given_up_source_pkey PRIMARY KEY (ticket_id, key),
        CONSTRAINT given_up_source_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE CASCADE)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE given_up_source');
    await runner.query('ALTER TABLE layer DROP COLUMN git_merges, DROP COLUMN git_commits, DROP COLUMN dirty');
    await runner.query('ALTER TABLE map_revision DROP COLUMN dirty');
  }
}
