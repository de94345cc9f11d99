// The development stream: which number the log is at, the indexes that number it and read it, and the log as it is shown.
//
// A row of `event` is written twice: when it is appended and when it gets its number. Both indexes on what is numbered leave
// out rows without one, so each row enters them once. event_unnumbered_idx holds only what waits for a number, so that the
// relay's question, asked many times a second, reads a page or two. No update of seq is HOT (it is indexed), so a fillfactor
// below 100 would buy nothing; vacuuming after each fiftieth of the table instead of each fifth keeps the dead versions and
// the dead entries of that index few.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE stream_head (
    id smallint NOT NULL DEFAULT 1,
    seq bigint NOT NULL DEFAULT 0,
    oldest bigint NOT NULL DEFAULT 1,
    CONSTRAINT stream_head_id_check CHECK (id = 1),
    CONSTRAINT stream_head_pkey PRIMARY KEY (id))`,
  'INSERT INTO stream_head DEFAULT VALUES',
  'CREATE UNIQUE INDEX event_seq_idx ON event (seq) WHERE seq IS NOT NULL',
  'CREATE INDEX event_time_idx ON event (time) WHERE seq IS NOT NULL',
  'CREATE INDEX event_unnumbered_idx ON event (id) WHERE seq IS NULL',
  `ALTER TABLE event SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000)`,
  `CREATE VIEW numbered_event AS
    SELECT seq AS id, seq, time, type, subject, severity, actor, project_id, ticket_id, subticket_id, stage, version, line, link, data
    FROM event WHERE seq IS NOT NULL`,
];

const DOWN = [
  'DROP VIEW numbered_event',
  'ALTER TABLE event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)',
  'DROP INDEX event_unnumbered_idx',
  'DROP INDEX event_time_idx',
  'DROP INDEX event_seq_idx',
  'DROP TABLE stream_head',
];

export class Stream1763760000000 implements MigrationInterface {
  readonly name = 'Stream1763760000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
