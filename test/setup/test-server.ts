// A real server on a database of its own, for one suite: `const server = await startTestServer()`.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { type Logger, pino } from 'pino';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { createApp } from '../../src/app.js';
import { type Config, readConfig } from '../../src/config.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { WHOLE_NUMBERS } from '../../src/platform/database/int8-numbers.js';

interface TestConnection {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

export interface TestServer {
  readonly app: NestFastifyApplication;
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  readonly http: ReturnType<typeof supertest>;
  readonly connection: TestConnection;
  /** Its data folder, where blobs go; gone when it stops. */
  readonly dataFolder: string;
  /** Runs SQL beside the server. */
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

let made = 0;

/** Copies the migrated template: about 20 ms. */
export async function createTestDatabase(): Promise<TestConnection> {
  const admin = JSON.parse(process.env.STAMPLINE_TEST_POSTGRES ?? '{}') as TestConnection;
  const database = `suite_${process.pid}_${Date.now().toString(36)}_${++made}`;
  const client = new pg.Client(admin);
  await client.connect();
  // Copying needs the template unused, and two suites may start at once.
  await client.query('SELECT pg_advisory_lock(1)');
  await client.query(`CREATE DATABASE ${database} TEMPLATE stampline_template`);
  await client.end();
  return { ...admin, database };
}

export async function startTestServer(
  settings: Partial<Config> = {},
  connection?: TestConnection,
  log: Logger = pino({ level: 'silent' }),
): Promise<TestServer> {
  const own = connection ?? (await createTestDatabase());
  const dataSource = await new DataSource(dataSourceOptions(own)).initialize();
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stampline-suite-'));
  // Its Postgres is not its own: it doesn't look after that one's disk.
  const databaseUrl = `postgres://${own.host}/${own.database}`;
  const config: Config = { ...readConfig({ STAMPLINE_DATA: folder }), databaseUrl, ...settings };
  const app = await createApp({ config, dataSource, log });
  await app.listen(0, '127.0.0.1');
  const base = (await app.getUrl()).replace('localhost', '127.0.0.1').replace('[::1]', '127.0.0.1');
  const beside = new pg.Pool({ ...own, ...WHOLE_NUMBERS, max: 2 });
  beside.on('error', () => undefined); // Suites that end connections on purpose end these too.
  return {
    app,
    base,
    http: supertest(base),
    connection: own,
    dataFolder: config.dataFolder,
    sql: async <Row>(text: string, values: unknown[] = []) => (await beside.query(text, values)).rows as Row[],
    stop: async () => {
      // One that is just being answered isn't idle yet, and closing would wait until its client lets go of it.
      app.getHttpServer().closeAllConnections();
      await app.close();
      await beside.end();
      if (dataSource.isInitialized) await dataSource.destroy();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}
