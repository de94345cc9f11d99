// Answers for Idempotency-Keys that are large: packed, or their length and digest alone. Rows that are there keep their text.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LargeAnswers1764620000000 implements MigrationInterface {
  readonly name = 'LargeAnswers1764620000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE idempotency_key ADD COLUMN packed bytea, ADD COLUMN length bigint, ADD COLUMN digest text',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE idempotency_key DROP COLUMN digest, DROP COLUMN length, DROP COLUMN packed');
  }
}
