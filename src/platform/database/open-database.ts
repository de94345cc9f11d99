// From a configuration to a database that is up, checked, migrated and ours: embedded, or somebody else's by DATABASE_URL.
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { Config } from '../../config.js';
import type { Connection, DataSourceOptionsFor } from './connection.js';
import { requireSafeServer } from './safe-server.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrate } from './migrate.js';
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
  /** The embedded Postgres can't be kept running: the server has to end. */
  readonly onLost: (reason: string) => void;
}

export async function openDatabase(config: Config, optionsFor: DataSourceOptionsFor, say: Say): Promise<OpenDatabase> {
  if (config.databaseUrl) return openShared(config.databaseUrl, optionsFor);
  const postgres = await startEmbeddedPostgres({
    dataFolder: config.dataFolder,
    log: say.log,
    onUnexpectedExit: say.onLost,
  });
  const owner = await Ownership.take(postgres.connection, config.dataFolder);
  try {
    const dataSource = await connect(postgres.connection, optionsFor);
    return {
      dataSource,
      where: postgres.dataDirectory,
      notes: postgres.notes,
      close: async () => {
        if (dataSource.isInitialized) await dataSource.destroy(); // Nest ends it with the application.
        await owner.release();
        await postgres.stop();
      },
    };
  } catch (error) {
    await owner.release();
    await postgres.stop();
    throw error;
  }
}

async function openShared(url: string, optionsFor: DataSourceOptionsFor): Promise<OpenDatabase> {
  await waitForServer(url);
  const dataSource = await connect({ url }, optionsFor);
  const { host, pathname } = new URL(url);
  return {
    dataSource,
    where: `${host}${pathname} (DATABASE_URL)`,
    notes: [],
    close: async () => (dataSource.isInitialized ? dataSource.destroy() : undefined),
  };
}

async function connect(connection: Connection, optionsFor: DataSourceOptionsFor): Promise<DataSource> {
  await requireSafeServer(connection);
  await migrate(optionsFor(connection));
  return new DataSource(optionsFor(connection)).initialize();
}

/** How long a database may come up after us (promise 9). */
const LATE_MS = 30_000;

async function waitForServer(url: string): Promise<void> {
  const until = Date.now() + LATE_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
    client.on('error', () => undefined); // Told by connect() below.
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const text = error instanceof Error && error.message ? error.message : String(error);
      const final = /password|authentication|does not exist|no pg_hba/i.test(text);
      if (final || Date.now() > until) throw new StartError(`The database at DATABASE_URL can't be used: ${text}.`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** An arbitrary number that stands for "the server of this embedded database". */
const OWNER_LOCK = 7_825_510_001;

/**
 * A session advisory lock tells whether another server uses this embedded database: it goes with its holder, however that
 * ends. Only the holder may stop Postgres.
 */
class Ownership {
  private released = false;

  private constructor(
    private readonly connection: pg.ClientConfig,
    private client: pg.Client,
  ) {}

  static async take(connection: pg.ClientConfig, dataFolder: string): Promise<Ownership> {
    const client = await Ownership.lock(connection);
    if (!client)
      throw new StartError(
        `Another Stampline server uses the data in ${dataFolder}. Stop it, or give this one a folder of its own with STAMPLINE_DATA.`,
      );
    const ownership = new Ownership(connection, client);
    ownership.watch();
    return ownership;
  }

  private static async lock(connection: pg.ClientConfig): Promise<pg.Client | undefined> {
    const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000, application_name: 'stampline owner' });
    client.on('error', () => undefined); // watch() sees the end.
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [OWNER_LOCK]);
    if (rows[0]?.taken) return client;
    await client.end();
    return undefined;
  }

  /** When Postgres was restarted under us, the lock is taken again as soon as it answers. */
  private watch(): void {
    this.client.once('end', () => {
      if (!this.released) void this.retake();
    });
  }

  private async retake(): Promise<void> {
    while (!this.released) {
      const client = await Ownership.lock(this.connection).catch(() => undefined);
      if (client) {
        this.client = client;
        this.watch();
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 250).unref());
    }
  }

  async release(): Promise<void> {
    this.released = true;
    await this.client.end().catch(() => undefined); // It may have ended with Postgres.
  }
}
