// The operator's commands go to the database beside the servers that use it, or while there are none.
import fs from 'node:fs';
import { DataSource } from 'typeorm';
import type { Config } from '../../config.js';
import type { Connection, DataSourceOptionsFor } from './connection.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrate } from './migrate.js';
import { asStartError, waitForServer } from './open-database.js';
import { Ownership, VISITOR } from './ownership.js';
import { requireSafeServer } from './safe-server.js';
import { schemaState } from './schema-state.js';
import { StartError } from './start-error.js';

export interface VisitedDatabase {
  readonly connection: Connection;
  readonly dataSource: DataSource;
  /** Where the data is, in a few words for the operator. */
  readonly where: string;
  /** Ends the connections; and the embedded Postgres, where this visit started it and no server took it over meanwhile. */
  close(): Promise<void>;
}

/** What of the schema a command needs: it as this version has it, or what it finds; `migrate` makes it so. */
export type Schema = 'current' | 'migrate' | 'any';

/** Rejects with StartError for whatever the operator can mend. */
export async function visitDatabase(
  config: Config,
  optionsFor: DataSourceOptionsFor,
  schema: Schema,
  log: (line: string) => void,
): Promise<VisitedDatabase> {
  if (schema === 'current') requireData(config);
  const { connection, where, leave } = config.databaseUrl
    ? { connection: { url: config.databaseUrl }, where: await waitForServer(config.databaseUrl), leave: async () => {} }
    : await visitEmbedded(config, log);
  try {
    await requireSafeServer(connection);
    if (schema === 'migrate') await migrate(optionsFor(connection), log);
    const dataSource = await new DataSource(optionsFor(connection)).initialize();
    if (schema === 'current') await requireCurrent(dataSource);
    const close = async (): Promise<void> => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await leave();
    };
    return { connection, dataSource, where, close };
  } catch (error) {
    await leave();
    throw asStartError(error);
  }
}

/** Who only looks for what is there makes no new data, in a folder that was probably not meant. */
function requireData({ databaseUrl, dataFolder }: Config): void {
  if (databaseUrl !== undefined || fs.existsSync(dataFolder)) return;
  throw new StartError(
    `There is no data in ${dataFolder}. Run this on the server's machine, or set STAMPLINE_DATA or DATABASE_URL to its data.`,
  );
}

async function visitEmbedded(
  { dataFolder, postgresBin }: Config,
  log: (line: string) => void,
): Promise<Pick<VisitedDatabase, 'connection' | 'where'> & { readonly leave: () => Promise<void> }> {
  const postgres = await startEmbeddedPostgres({ dataFolder, sources: { binDirectory: postgresBin }, log });
  const leave = async (): Promise<void> => {
    const owner = postgres.adopted
      ? undefined
      : await Ownership.take(postgres.connection, dataFolder, VISITOR).catch(() => undefined);
    if (owner) await owner.leave(postgres);
    else postgres.release();
  };
  return { connection: postgres.connection, where: postgres.dataDirectory, leave };
}

async function requireCurrent(dataSource: DataSource): Promise<void> {
  const state = await schemaState({ run: ({ text }) => dataSource.query(text) });
  if (state.pending === 0 && state.newer === 0) return;
  await dataSource.destroy();
  throw new StartError(
    state.newer > 0
      ? `The data was written by a newer Stampline: use the command of that version (git pull && npm ci).`
      : `The database is ${state.pending} migrations behind. Start the server, or run stampline migrate, then repeat.`,
  );
}
