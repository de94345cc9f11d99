// Times that never go back, for questions that come with a time: of the stream one for each thousand numbers or so, of releases
// one each. What is there already gets them here.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE stream_head ADD COLUMN latest timestamptz NOT NULL DEFAULT '-infinity'`,
  `CREATE TABLE stream_mark (
    seq bigint NOT NULL,
    latest timestamptz NOT NULL,
    CONSTRAINT stream_mark_pkey PRIMARY KEY (seq))`,
  `INSERT INTO stream_mark (seq, latest)
    SELECT e.seq, max(e.latest) OVER (ORDER BY e.seq) FROM (
      SELECT max(seq) AS seq, max(time) AS latest FROM event WHERE seq IS NOT NULL GROUP BY seq / 1000) e`,
  'CREATE INDEX stream_mark_latest_idx ON stream_mark (latest, seq)',
  'UPDATE stream_head SET latest = m.latest FROM (SELECT max(latest) AS latest FROM stream_mark) m WHERE m.latest IS NOT NULL',
  'ALTER TABLE release ADD COLUMN live_since timestamptz NOT NULL DEFAULT clock_timestamp()',
  `UPDATE release r SET live_since = l.since FROM (
      SELECT id, max(created_at) OVER (PARTITION BY project_id ORDER BY number) AS since FROM release) l
    WHERE l.id = r.id`,
  'CREATE INDEX release_live_since_idx ON release (project_id, live_since, number)',
  'DROP INDEX release_project_id_created_at_idx',
];

export class TimesByNumber1764641000000 implements MigrationInterface {
  readonly name = 'TimesByNumber1764641000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX release_project_id_created_at_idx ON release (project_id, created_at)');
    await runner.query('ALTER TABLE release DROP COLUMN live_since');
    await runner.query('DROP TABLE stream_mark');
    await runner.query('ALTER TABLE stream_head DROP COLUMN latest');
  }
}
