// For the specs of this folder: scratch folders under the system's temp folder, and servers that are gone afterwards.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { Client } from 'pg';

import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
import { readPidFile } from './pid-file.js';
import type { Machine } from './placement.js';
import { isPostmasterOf } from './process-facts.js';

export class Scratch {
  readonly log: string[] = [];
  private readonly folders: string[] = [];
  private readonly servers: EmbeddedPostgres[] = [];

  /** A new folder. As mkdtemp makes it, root's is closed to everybody else, like a clone below /root. */
  async folder(mode = 0o700): Promise<string> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'stampline-spec-'));
    await fs.chmod(folder, mode);
    this.folders.push(folder);
    return folder;
  }

  async start(
    dataFolder: string,
    machine: Partial<Machine> = {},
    rest: Partial<EmbeddedPostgresOptions> = {},
  ): Promise<EmbeddedPostgres> {
    const log = (line: string) => void this.log.push(line);
    const server = await startEmbeddedPostgres({ dataFolder, log, ...rest }, machine);
    this.servers.push(server);
    return server;
  }

  /** Stops what still runs, kills what is left, removes all. */
  async clear(): Promise<void> {
    for (const server of this.servers) {
      await server.stop();
      const left = await readPidFile(server.dataDirectory);
      if (left && isPostmasterOf(left.pid, server.dataDirectory)) process.kill(left.pid, 'SIGKILL');
      const { host } = server.connection;
      if (path.dirname(host) === os.tmpdir()) await fs.rm(host, { recursive: true, force: true });
    }
    for (const folder of this.folders) await fs.rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs statements one by one on a connection of its own; returns the first column of the last one's rows. */
export async function ask(server: EmbeddedPostgres, ...statements: string[]): Promise<unknown[]> {
  const client = new Client({ ...server.connection, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined); // the specs kill servers; a failing query rejects by itself
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) ({ rows } = await client.query({ text, rowMode: 'array' }));
    return rows.map((row) => row[0]);
  } finally {
    await client.end();
  }
}

export async function postmasterPid(server: EmbeddedPostgres): Promise<number> {
  return (await readPidFile(server.dataDirectory))?.pid ?? 0;
}

/** Repeats `attempt` until it doesn't throw; throws its last error after `ms`. Returns how long it took. */
export async function eventually(ms: number, attempt: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (;;) {
    try {
      await attempt();
      return performance.now() - began;
    } catch (error) {
      if (performance.now() - began > ms) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
