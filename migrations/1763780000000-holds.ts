// Tickets that are held, stages that are locked, commands that wait for their confirmation.
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE ticket_hold (
    ticket_id integer NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz,
    CONSTRAINT ticket_hold_pkey PRIMARY KEY (ticket_id),
    CONSTRAINT ticket_hold_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES ticket (id) ON DELETE CASCADE)`,
  `CREATE TABLE stage_lock (
    project_id integer NOT NULL,
    stage text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz,
    CONSTRAINT stage_lock_pkey PRIMARY KEY (project_id, stage),
    CONSTRAINT stage_lock_project_id_fkey FOREIGN KEY (project_id) REFERENCES project (id) ON DELETE CASCADE)`,
  `CREATE TABLE pending_command (
    id text NOT NULL,
    actor text NOT NULL,
    text text NOT NULL,
    ticket text,
    project text,
    release integer,
    expires_at timestamptz NOT NULL,
    CONSTRAINT pending_command_pkey PRIMARY KEY (id))`,
];

export class Holds1763780000000 implements MigrationInterface {
  readonly name = 'Holds1763780000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['pending_command', 'stage_lock', 'ticket_hold']) await runner.query(`DROP TABLE ${table}`);
  }
}
