// A token is replaced once, and a command that waits for its confirmation ends with the token that gave it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TokenEnds1764530000000 implements MigrationInterface {
  readonly name = 'TokenEnds1764530000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access_token ADD COLUMN replaced_by integer');
    await runner.query('ALTER TABLE pending_command ADD COLUMN token_id integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE pending_command DROP COLUMN token_id');
    await runner.query('ALTER TABLE access_token DROP COLUMN replaced_by');
  }
}
