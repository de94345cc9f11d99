// What a release brought keeps its ticket: deleting one that has or had modules in a release made them nobody's.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['layer', 'release'];

const replaced = (table: string, onDelete: string): string =>
  `ALTER TABLE ${table} DROP CONSTRAINT ${table}_ticket_id_fkey,
    ADD CONSTRAINT ${table}_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE ${onDelete}`;

export class KeptOwners1764541000000 implements MigrationInterface {
  readonly name = 'KeptOwners1764541000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(replaced(table, 'RESTRICT'));
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(replaced(table, 'SET NULL'));
  }
}
