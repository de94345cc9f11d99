// Events that tell of a part: kept as all others are, and sent by the stream only to who asks for them (docs/STREAM.md). Those from before
// are none. A column with a constant default rewrites no row, however long the log is.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS =
  'seq AS id, seq, time, type, subject, severity, actor, project_id, ticket_id, subticket_id, stage, version, line, link, data';
const viewOf = (columns: string): string =>
  `CREATE VIEW numbered_event AS SELECT ${columns} FROM event WHERE seq IS NOT NULL`;

const UP = [
  'ALTER TABLE event ADD detail boolean NOT NULL DEFAULT false',
  'DROP VIEW numbered_event',
  viewOf(`${COLUMNS}, detail`),
];
const DOWN = ['DROP VIEW numbered_event', 'ALTER TABLE event DROP detail', viewOf(COLUMNS)];

export class EventDetails1764770000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
