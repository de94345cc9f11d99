// What links to previews have where tokens are asked for: each ticket, also one that there is, gets a random key of its own.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PreviewKeys1764550000000 implements MigrationInterface {
  readonly name = 'PreviewKeys1764550000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE ticket ADD COLUMN preview_key text NOT NULL
        DEFAULT translate(left(encode(uuid_send(gen_random_uuid()), 'base64'), 16), '+/', '-_')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE ticket DROP COLUMN preview_key');
  }
}
