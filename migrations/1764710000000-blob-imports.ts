// What a kept script imports stands beside it, so that a promotion needn't read it again.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BlobImports1764710000000 implements MigrationInterface {
  readonly name = 'BlobImports1764710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE blob ADD COLUMN imports text NOT NULL DEFAULT ''`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE blob DROP COLUMN imports');
  }
}
