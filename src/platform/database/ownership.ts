// Who may use an embedded database, and so may stop its Postgres: one server at a time.
import pg from 'pg';
import { StartError } from './start-error.js';

/** An arbitrary number that stands for "the server of this embedded database". */
const OWNER_LOCK = 7_825_510_001;

/**
 * A session advisory lock tells whether another server uses this embedded database: it goes with its holder, however that
 * ends. Only the holder may stop Postgres.
 */
export class Ownership {
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
