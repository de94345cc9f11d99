// From a configuration to a database that is up, checked, migrated and ours: embedded, or somebody else's by DATABASE_URL.
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../../config.js';
import { isConnectionLost, sqlState } from './database-error.js';
import type { Connection, DataSourceOptionsFor } from './connection.js';
import { requireSafeServer } from './safe-server.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrate } from './migrate.js';
import { Ownership } from './ownership.js';
import { StartError } from './start-error.js';

export interface OpenDatabase {
  readonly dataSource: DataSource;
  /** Where the data is, in a few words for the operator. */
  readonly where: string;
  /** What else the operator should know. */
  readonly notes: readonly string[];
  /** Ends the connections and, where it is ours, the embedded Postgres. */
  close(): Promise<void>;
}

interface Say {
  readonly log: (line: string) => void;
  /** The embedded Postgres can't be kept running, or is another server's now: this one has to end. */
  readonly onLost: (reason: string) => void;
}

export async function openDatabase(config: Config, optionsFor: DataSourceOptionsFor, say: Say): Promise<OpenDatabase> {
  if (config.databaseUrl) return openShared(config.databaseUrl, optionsFor, say.log);
  const postgres = await startEmbeddedPostgres({
    dataFolder: config.dataFolder,
    sources: { binDirectory: config.postgresBin },
    log: say.log,
    onUnexpectedExit: say.onLost,
  });
  const owner = await Ownership.take(postgres.connection, config.dataFolder);
  owner.watch(() =>
    say.onLost(
      `Another Stampline server has taken over the data in ${config.dataFolder} while this one was paused or disconnected. This one shuts down and leaves Postgres running.`,
    ),
  );
  try {
    const dataSource = await connect(postgres.connection, optionsFor, say.log);
    return {
      dataSource,
      where: postgres.dataDirectory,
      notes: postgres.notes,
      close: async () => {
        if (dataSource.isInitialized) await dataSource.destroy(); // Nest ends it with the application.
        await owner.leave(postgres);
      },
    };
  } catch (error) {
    await owner.leave(postgres);
    throw error;
  }
}

async function openShared(url: string, optionsFor: DataSourceOptionsFor, log: Say['log']): Promise<OpenDatabase> {
  const where = await waitForServer(url);
  const dataSource = await connect({ url }, optionsFor, log);
  return {
    dataSource,
    where: `${where} (DATABASE_URL)`,
    notes: [],
    close: async () => (dataSource.isInitialized ? dataSource.destroy() : undefined),
  };
}

async function connect(
  connection: Connection,
  optionsFor: DataSourceOptionsFor,
  tell: Say['log'],
): Promise<DataSource> {
  try {
    await requireSafeServer(connection);
    await migrate(optionsFor(connection), tell);
    return await new DataSource(optionsFor(connection)).initialize();
  } catch (error) {
    throw asStartError(error);
  }
}

/** What the database said becomes one line for the operator. */
export const asStartError = (error: unknown): unknown =>
  SQLSTATE.test(sqlState(error)) || isConnectionLost(error) ? unusable('The database', error) : error;

const SQLSTATE = /^[0-9A-Z]{5}$/;

/** How long a database may come up after us (promise 9). */
const LATE_MS = 30_000;

/** What waiting doesn't mend: who we are, which database it is. */
const FINAL = /^(28|3D|42501)/;

/** Resolves with where the database is, without user and password. */
export async function waitForServer(url: string): Promise<string> {
  const until = performance.now() + LATE_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
    client.on('error', () => undefined); // Told by connect() below.
    try {
      await client.connect();
      await client.end();
      return `${client.host}:${client.port}/${client.database}`;
    } catch (error) {
      if (FINAL.test(sqlState(error)) || performance.now() > until)
        throw unusable('The database at DATABASE_URL', error);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** One line for the operator. An error of several addresses has no text of its own, only a code. */
function unusable(what: string, error: unknown): StartError {
  const { message, code } = error as { message?: string; code?: string };
  return new StartError(`${what} can't be used: ${message || code || String(error)}.`);
}
