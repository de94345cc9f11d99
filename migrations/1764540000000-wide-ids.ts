// Ids of 64 bits: every column that is an id, or leads to one. Sequences end at 2^53 - 1, the last number that JSON's readers
// hold exactly. Tables are rewritten, one after the other, and nobody else gets at them meanwhile (docs/OPERATIONS.md).
import type { MigrationInterface, QueryRunner } from 'typeorm';

const LAST_ID = 9_007_199_254_740_991n;

/** The tables whose ids a sequence of their own gives, with the columns that lead elsewhere. */
const WITH_IDS: Readonly<Record<string, readonly string[]>> = {
  person: [],
  sourcepackage: [],
  branch: ['owner_id', 'project_id', 'sourcepackage_id'],
  project: ['maintainer_id', 'contact_id', 'trunk_id'],
  spu: ['sourcepackage_id'],
  binarypackage: ['sourcepackage_id'],
  mergeproposal: ['branch_id', 'submitter_id'],
  ticket: ['project_id'],
  subticket: ['ticket_id', 'source_package_upload_id', 'superseded_by_id', 'merge_proposal_id'],
  artifact: ['ticket_id', 'subticket_id'],
  testsuite: ['project_id', 'sourcepackage_id'],
  testresult: ['testsuite_id', 'ticket_id', 'subticket_id'],
  ticketlink: ['ticket_id'],
  ticketperson: ['ticket_id', 'person_id'],
  ticketcomponent: ['ticket_id'],
  map_revision: ['ticket_id'],
  layer: ['project_id', 'ticket_id'],
  release: ['project_id', 'ticket_id', 'layer_id'],
  spu_file: ['spu_id'],
  access_token: ['replaced_by'],
};
const WITHOUT: Readonly<Record<string, readonly string[]>> = {
  event: ['project_id', 'ticket_id', 'subticket_id'],
  ticket_key: ['ticket_id', 'project_id'],
  map_pointer: ['project_id'],
  ticket_hold: ['ticket_id'],
  stage_lock: ['project_id'],
  pending_command: ['token_id'],
};
const LISTS: Readonly<Record<string, string>> = { ticket: 'testsuites', access_token: 'project_ids' };

/** What names the columns' types, and is as it was afterwards. */
const OUT_OF_THE_WAY = ['DROP VIEW numbered_event', 'DROP INDEX ticket_testsuites_idx'];
const BACK = [
  `CREATE INDEX ticket_testsuites_idx ON ticket USING gin (testsuites) WHERE testsuites <> '{}'`,
  `CREATE VIEW numbered_event AS
    SELECT seq AS id, seq, time, type, subject, severity, actor, project_id, ticket_id, subticket_id, stage, version, line, link, data
    FROM event WHERE seq IS NOT NULL`,
];

/** One statement a table, so that each is rewritten once. */
function typesSql(width: 'bigint' | 'integer'): string[] {
  const tables = [
    ...Object.entries(WITHOUT),
    ...Object.entries(WITH_IDS).map(([table, columns]) => [table, ['id', ...columns]] as const),
  ];
  return tables.map(([table, columns]) => {
    const list = LISTS[table];
    const changes = columns.map((column) => `ALTER ${column} TYPE ${width}`);
    return `ALTER TABLE ${table} ${[...changes, ...(list ? [`ALTER ${list} TYPE ${width}[]`] : [])].join(', ')}`;
  });
}

export class WideIds1764540000000 implements MigrationInterface {
  readonly name = 'WideIds1764540000000';
  /** What it takes long for, so that whoever upgrades knows beforehand how long (src/platform/database/migrate.ts). */
  readonly rewrites = [...Object.keys(WITHOUT), ...Object.keys(WITH_IDS)];

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of OUT_OF_THE_WAY) await runner.query(statement);
    for (const statement of typesSql('bigint')) await runner.query(statement);
    for (const table of ['event', ...Object.keys(WITH_IDS)])
      await runner.query(`ALTER TABLE ${table} ALTER id SET MAXVALUE ${LAST_ID}`);
    for (const statement of BACK) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of OUT_OF_THE_WAY) await runner.query(statement);
    for (const statement of typesSql('integer')) await runner.query(statement);
    await runner.query('ALTER TABLE event ALTER id SET NO MAXVALUE');
    for (const table of Object.keys(WITH_IDS))
      await runner.query(`ALTER TABLE ${table} ALTER id SET MAXVALUE 2147483647`);
    for (const statement of BACK) await runner.query(statement);
  }
}
