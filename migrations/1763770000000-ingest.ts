// What came from outside: the names by which senders know their events, and the archives of days that are over.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE ingested_event (
    source text NOT NULL,
    id text NOT NULL,
    event_id bigint,
    CONSTRAINT ingested_event_pkey PRIMARY KEY (source, id))`,
  'CREATE INDEX ingested_event_event_id_idx ON ingested_event (event_id)',
  `CREATE TABLE event_archive (
    day date NOT NULL,
    part integer NOT NULL,
    file text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    events integer NOT NULL,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_archive_pkey PRIMARY KEY (day, part))`,
  // What retention looks for: what names no ticket and came from outside.
  `CREATE INDEX event_outside_idx ON event (time) WHERE ticket_id IS NULL AND subject LIKE 'from/%'`,
];

export class Ingest1763770000000 implements MigrationInterface {
  readonly name = 'Ingest1763770000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX event_outside_idx');
    await runner.query('DROP TABLE event_archive');
    await runner.query('DROP TABLE ingested_event');
  }
}
