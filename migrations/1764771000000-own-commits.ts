// A release brought the commits that made its change. `layer.git_commit` says where the change is: HEAD when it was promoted, which may
// be anyone's commit. Of layers before this the commit of the upload is the change's own, where it is neither of a watched folder nor of
// a package.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const FROM_CLONE = `EXISTS (SELECT 1 FROM jsonb_array_elements(l.operations) o
  WHERE o ->> 'compared' = 'true' OR o ->> 'dirty' = 'true' OR o -> 'set' ->> 'source' IS NOT NULL
    OR (jsonb_typeof(o -> 'set') = 'object' AND o ->> 'specifier' LIKE '%/'))`;

const UP = [
  `UPDATE layer l SET git_commits = ARRAY[v.git_commit] FROM map_revision v
    WHERE v.ticket_id = l.ticket_id AND v.number = l.revision AND v.git_commit IS NOT NULL AND cardinality(l.git_commits) = 0
      AND NOT v.dirty AND NOT ${FROM_CLONE}`,
  `CREATE OR REPLACE FUNCTION release_commits(r release) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT to_jsonb(l.git_commits) FROM layer l WHERE l.id = r.layer_id), '[]') $$`,
];

const DOWN = `CREATE OR REPLACE FUNCTION release_commits(r release) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT COALESCE((SELECT to_jsonb(CASE WHEN cardinality(l.git_commits) > 0 OR l.git_commit IS NULL THEN l.git_commits
    ELSE ARRAY[l.git_commit] END) FROM layer l WHERE l.id = r.layer_id), '[]') $$`;

export class OwnCommits1764771000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}
