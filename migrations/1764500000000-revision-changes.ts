// Revisions of large deltas hold what they changed: a key of forty thousand that changes stored all of them again. `whole` is
// the number of the revision before that has everything; null where a revision has everything itself, as all have so far.
// `carried`: how many operations the revisions from the whole one on hold, so that it is known when to write a whole one.
// `whole_operations` gives everything for either: as `t.whole_operations` it reads like a column.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE map_revision ADD COLUMN whole integer, ADD COLUMN carried integer NOT NULL DEFAULT 0`,
  `CREATE FUNCTION whole_operations(r map_revision) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN r.whole IS NULL THEN r.operations ELSE (
      SELECT COALESCE(jsonb_agg(last.operation ORDER BY last.key COLLATE "C"), '[]') FROM (
        SELECT DISTINCT ON (c.key COLLATE "C") c.key, c.operation FROM map_revision v CROSS JOIN LATERAL (
          SELECT COALESCE(o->>'scope', '') || ' ' || (o->>'specifier') AS key, o AS operation
            FROM jsonb_array_elements(CASE WHEN v.whole IS NULL THEN v.operations ELSE v.operations->'changed' END) o
          UNION ALL
          SELECT g, NULL FROM jsonb_array_elements_text(CASE WHEN v.whole IS NULL THEN '[]' ELSE v.operations->'gone' END) g
        ) c WHERE v.ticket_id = r.ticket_id AND v.number BETWEEN r.whole AND r.number
        ORDER BY c.key COLLATE "C", v.number DESC) last
      WHERE last.operation IS NOT NULL) END $$`,
];

/** Whoever goes back needs every revision whole. */
const DOWN = [
  `UPDATE map_revision r SET operations = whole_operations(r) WHERE whole IS NOT NULL`,
  `DROP FUNCTION whole_operations(map_revision)`,
  `ALTER TABLE map_revision DROP COLUMN whole, DROP COLUMN carried`,
];

export class RevisionChanges1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
