// Fails when entities and migrations differ: migrates an empty database and asks TypeORM what it would still change.
// With --print the statements go to standard output, as a start for a new migration.
import { ensureBuilt } from './build.mjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

await ensureBuilt();
const { startEmbeddedPostgres } = await import('../dist/src/platform/database/embedded/embedded-postgres.js');
const { dataSourceOptions } = await import('../dist/src/data-source.js');
const { migrate } = await import('../dist/src/platform/database/migrate.js');
const { DataSource } = await import('typeorm');

const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-drift-'));
const postgres = await startEmbeddedPostgres({ dataFolder });
try {
  const options = dataSourceOptions(postgres.connection);
  await migrate(options);
  const dataSource = await new DataSource({ ...options, logging: false }).initialize();
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  await dataSource.destroy();
  for (const { query } of upQueries) console.log(query.endsWith(';') ? query : `${query};`);
  if (upQueries.length > 0 && !process.argv.includes('--print')) {
    console.error(`The entities want ${upQueries.length} changes that no migration makes.`);
    process.exitCode = 1;
  }
} finally {
  await postgres.stop();
  fs.rmSync(dataFolder, { recursive: true, force: true });
}
