// Tokens for some projects only.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TokenProjects1764100000000 implements MigrationInterface {
  readonly name = 'TokenProjects1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access_token ADD COLUMN project_ids integer[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE access_token DROP COLUMN project_ids');
  }
}
