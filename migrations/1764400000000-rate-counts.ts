// Rate limits that all processes share.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RateCounts1764400000000 implements MigrationInterface {
  readonly name = 'RateCounts1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE UNLOGGED TABLE rate_count (
      bucket text NOT NULL CONSTRAINT rate_count_pkey PRIMARY KEY,
      ends_at timestamptz NOT NULL,
      used integer NOT NULL
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rate_count');
  }
}
