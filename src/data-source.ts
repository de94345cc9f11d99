// One description of the database for Nest, the migrations, the tools and the `typeorm` command.
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../migrations/index.js';
import { type Connection, POOL_OPTIONS } from './platform/database/connection.js';
import { exportedClasses } from './platform/database/exported-classes.js';

/** Tables are in files `*.row.ts`, or `*.rows.ts` where several belong together. */
const entities = await exportedClasses(import.meta.dirname, /\.rows?$/);

export function dataSourceOptions(connection: Connection): DataSourceOptions {
  const where = 'url' in connection ? { url: connection.url } : { ...connection, username: connection.user };
  return {
    type: 'postgres',
    ...where,
    entities,
    migrations,
    migrationsTransactionMode: 'each',
    applicationName: 'stampline',
    installExtensions: false,
    ...POOL_OPTIONS,
  };
}
