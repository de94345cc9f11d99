// What senders call their events is theirs within a project: two projects may use the same names.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class IngestScopes1764542000000 implements MigrationInterface {
  readonly name = 'IngestScopes1764542000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE ingested_event ADD COLUMN scope text NOT NULL DEFAULT 'all'`);
    await runner.query(`UPDATE ingested_event i SET scope = 'project ' || e.project_id FROM event e
      WHERE e.id = i.event_id AND e.project_id IS NOT NULL`);
    await runner.query(`ALTER TABLE ingested_event DROP CONSTRAINT ingested_event_pkey,
      ADD CONSTRAINT ingested_event_pkey PRIMARY KEY (scope, source, id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM ingested_event i USING ingested_event other
      WHERE other.source = i.source AND other.id = i.id AND other.scope < i.scope`);
    await runner.query(`ALTER TABLE ingested_event DROP CONSTRAINT ingested_event_pkey,
      ADD CONSTRAINT ingested_event_pkey PRIMARY KEY (source, id)`);
    await runner.query('ALTER TABLE ingested_event DROP COLUMN scope');
  }
}
