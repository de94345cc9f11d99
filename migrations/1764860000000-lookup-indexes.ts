// Indexes for what clients ask all day: tickets of a bug, tickets at a stage, subtickets at a step, people by name and address.
// Bugs and names may be longer than an ordered index can hold.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  'CREATE INDEX ticket_bug_id_idx ON ticket USING hash (bug_id)',
  'CREATE INDEX ticket_stage_idx ON ticket (stage, id) WHERE stage IS NOT NULL',
  'CREATE INDEX subticket_step_idx ON subticket (current_workflow_step, id)',
  'CREATE INDEX person_name_idx ON person USING hash (name)',
  'CREATE INDEX person_email_idx ON person (email)',
];

const DOWN = ['person_email_idx', 'person_name_idx', 'subticket_step_idx', 'ticket_stage_idx', 'ticket_bug_id_idx'];

export class LookupIndexes1764860000000 implements MigrationInterface {
  readonly name = 'LookupIndexes1764860000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of DOWN) await runner.query(`DROP INDEX ${index}`);
  }
}
