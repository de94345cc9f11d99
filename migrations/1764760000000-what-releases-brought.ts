// What a release brought, read like columns of it (`t.release_title`, `t.release_commits`), so that a list of releases stays one
// statement: the key and the title of its ticket, and the commits of its layer. Those that changed its modules, where whoever promoted it
// said so, else the one that its files came from.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE FUNCTION release_key(r release) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT t.key FROM ticket t WHERE t.id = r.ticket_id $$`,
  `CREATE FUNCTION release_title(r release) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT t.title FROM ticket t WHERE t.id = r.ticket_id $$`,
  `CREATE FUNCTION release_commits(r release) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT COALESCE((SELECT to_jsonb(CASE WHEN cardinality(l.git_commits) > 0 OR l.git_commit IS NULL THEN l.git_commits
      ELSE ARRAY[l.git_commit] END) FROM layer l WHERE l.id = r.layer_id), '[]') $$`,
];

const DOWN = [
  `DROP FUNCTION release_commits(release)`,
  `DROP FUNCTION release_title(release)`,
  `DROP FUNCTION release_key(release)`,
];

export class WhatReleasesBrought1764760000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
