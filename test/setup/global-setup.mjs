// One embedded Postgres for the whole run, in a folder of its own, with a migrated template that each suite copies.
// STAMPLINE_TEST_SYSTEM_POSTGRES=1 takes the system's programs (Debian's Postgres 15) instead of the npm package's.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

/** Nothing is found upwards of the root folder, so the system's programs are what is left. */
const SYSTEM_ONLY = { startAt: '/' };

export default async function globalSetup() {
  const { migrate } = await import('../../dist/src/platform/database/migrate.js');
  const { dataSourceOptions } = await import('../../dist/src/data-source.js');
  const { startEmbeddedPostgres } = await import('../../dist/src/platform/database/embedded/embedded-postgres.js');
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-test-'));
  const postgres = await startEmbeddedPostgres({
    dataFolder,
    sources: process.env.STAMPLINE_TEST_SYSTEM_POSTGRES ? SYSTEM_ONLY : {},
  });
  if (process.env.STAMPLINE_TEST_SYSTEM_POSTGRES) console.log(`Postgres programs: ${postgres.binDirectory}`);
  const template = { ...postgres.connection, database: 'stampline_template' };
  const client = new pg.Client(postgres.connection);
  await client.connect();
  await client.query(`CREATE DATABASE ${template.database}`);
  await client.end();
  await migrate(dataSourceOptions(template));
  process.env.STAMPLINE_TEST_POSTGRES = JSON.stringify(postgres.connection);
  globalThis.stamplineTestPostgres = { postgres, dataFolder };
}
