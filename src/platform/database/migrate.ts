// Brings the schema to this version: once, however many processes start together.
import { DataSource, type DataSourceOptions } from 'typeorm';
import { longUpgrade } from './long-upgrade.js';
import { schemaState } from './schema-state.js';
import { StartError } from './start-error.js';
import { WHOLE_NUMBERS } from './int8-numbers.js';

/** An arbitrary number that stands for "migrating Stampline's schema". */
export const MIGRATION_LOCK = 7_825_510_002;

/**
 * Runs what is pending under an advisory lock. Touches nothing when the data is of a newer version. `tell` hears beforehand of
 * what takes long.
 */
export async function migrate(
  options: DataSourceOptions,
  tell: (line: string) => void = () => undefined,
): Promise<void> {
  // A pool of its own, without the limits that requests have: a migration may take its time.
  const dataSource = await new DataSource({ ...options, poolSize: 2, extra: WHOLE_NUMBERS } as never).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const state = await schemaState({ run: ({ text }) => dataSource.query(text) });
    if (state.newer > 0) {
      throw new StartError(
        `The data was written by a newer Stampline: ${state.newer} of its migrations are unknown to this version. Install that version or a later one: git pull && npm ci && npm start. Or restore a backup of this version into another folder: STAMPLINE_DATA=./data-of-before npx stampline restore FILE. Nothing was changed.`,
      );
    }
    if (state.standby)
      throw new StartError('The database is a standby and accepts no writes. Point DATABASE_URL at the primary.');
    if (state.pending > 0) {
      const warning = await longUpgrade({ run: ({ text, values }) => dataSource.query(text, values as unknown[]) });
      if (warning) tell(warning);
      await dataSource.runMigrations();
    }
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}
