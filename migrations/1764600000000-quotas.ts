// What projects and owners of tokens use of their quotas. The files that are there count for the projects that use them, and
// for the owner whose ticket's revision or source package brought each first.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE quota_file (
    scope text NOT NULL,
    hash text NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT quota_file_pkey PRIMARY KEY (scope, hash),
    CONSTRAINT quota_file_hash_fkey FOREIGN KEY (hash) REFERENCES blob (hash) ON DELETE CASCADE)`,
  'CREATE INDEX quota_file_hash_idx ON quota_file (hash)',
  `CREATE TABLE quota_use (
    scope text NOT NULL,
    what text NOT NULL,
    used bigint NOT NULL DEFAULT 0,
    ends_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    told text NOT NULL DEFAULT '',
    CONSTRAINT quota_use_pkey PRIMARY KEY (scope, what))`,
  `INSERT INTO quota_file (scope, hash, size)
    SELECT used.scope, b.hash, b.size FROM (
      SELECT 'project/' || t.project_id AS scope, u.hash FROM map_revision r JOIN ticket t ON t.id = r.ticket_id
        JOIN blob_use u ON u.owner = 'revision/' || r.id
      UNION SELECT 'project/' || t.project_id, u.hash FROM ticket t JOIN blob_use u ON u.owner = 'ticket/' || t.id
      UNION SELECT 'project/' || l.project_id, u.hash FROM layer l JOIN blob_use u ON u.owner = 'layer/' || l.id
      UNION (SELECT DISTINCT ON (u.hash) 'owner/' || r.actor, u.hash FROM map_revision r
        JOIN blob_use u ON u.owner = 'revision/' || r.id ORDER BY u.hash, r.id)
      UNION (SELECT DISTINCT ON (f.sha256) 'owner/' || e.actor, f.sha256 FROM spu_file f
        JOIN event e ON e.subject = 'spu/' || f.spu_id AND e.type = 'spu.files_added' ORDER BY f.sha256, e.id)) used
      JOIN blob b ON b.hash = used.hash`,
  `INSERT INTO quota_use (scope, what, used) SELECT scope, 'files', sum(size) FROM quota_file GROUP BY scope`,
];

export class Quotas1764600000000 implements MigrationInterface {
  readonly name = 'Quotas1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE quota_use');
    await runner.query('DROP TABLE quota_file');
  }
}
