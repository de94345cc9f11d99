// What a fault happens to: a Postgres of its own in a temporary folder, servers on it that are started again when they end, a
// proxy before them, and, where the fault asks for it, one before the Postgres of each server.
import fs from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { startFront } from './front.mjs';
import { freePort, sharedFolder } from '../../test/setup/launch.js';
import { PostgresProxy } from '../../test/setup/postgres-proxy.js';
import { Server } from './server.mjs';

/**
 * @typedef {{proxied?: boolean, idle?: boolean, env?: Record<string, string>, postgresEnv?: Record<string, string>, nodeOptions?: (index: number) => string[], folder?: string, after?: () => void, probe?: '/livez' | '/readyz', ownProxy?: boolean}} Wishes
 * `proxied`: a PostgresProxy before each server. `idle`: the servers and the proxy before them are started by the fault.
 * `postgresEnv`: what Postgres runs with besides. `folder`: where to keep all, instead of the system's temporary folder. `after`: called when all is gone. `probe`: what the proxy asks servers.
 */

export class World {
  /** @type {Server[]} */
  servers = [];
  /** @type {PostgresProxy[]} */
  proxies = [];
  #endings = [];

  /** @param {Wishes} wishes @param {number} count */
  static async start(wishes, count) {
    const world = new World();
    try {
      await world.#build(wishes, count);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async #build(wishes, count) {
    this.frontOptions = { probe: wishes.probe ?? '/livez', own: wishes.ownProxy };
    if (wishes.after) this.#endings.push(wishes.after);
    const made = sharedFolder('stampline-torture-', wishes.folder);
    this.folder = made;
    this.#endings.push(() => fs.rmSync(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    this.postgresEnv = wishes.postgresEnv ?? {};
    await this.startPostgres();
    this.#endings.push(() => this.postgres.stop());
    this.pool = new pg.Pool({ ...this.postgres.connection, max: 2 });
    this.pool.on('error', () => undefined); // Faults end these connections, too.
    this.#endings.push(() => this.pool.end());
    for (let index = 0; index < count; index += 1) {
      const url = wishes.proxied ? await this.#proxiedUrl() : databaseUrl(this.postgres.connection);
      const env = { STAMPLINE_DATA: path.join(made, 'servers'), DATABASE_URL: url, ...wishes.env };
      const nodeOptions = wishes.nodeOptions?.(index) ?? [];
      this.servers.push(new Server({ index, port: await freePort(), env, nodeOptions }));
    }
    this.#endings.push(() => Promise.all(this.servers.map((server) => server.stop())));
    if (wishes.idle) return;
    await this.startServers();
  }

  /** Brought up again by its own supervisor, until that gives up. */
  async startPostgres() {
    const { startEmbeddedPostgres } = await import('../../dist/src/platform/database/embedded/embedded-postgres.js');
    // It inherits what there is when it starts; nothing else that is started may.
    Object.assign(process.env, this.postgresEnv);
    this.postgres = await startEmbeddedPostgres({
      dataFolder: path.join(this.folder, 'database'),
      onUnexpectedExit: () => (this.postgresGivenUp = true),
    }).finally(() => Object.keys(this.postgresEnv).forEach((name) => delete process.env[name]));
    this.postgresGivenUp = false;
  }

  async startServers() {
    for (const server of this.servers) server.start();
    await Promise.all(this.servers.map((server) => server.ready()));
    await this.openFront();
  }

  /** The proxy before the servers. */
  async openFront() {
    this.front = await startFront(this.servers, { folder: this.folder, ...this.frontOptions });
    this.#endings.push(() => this.front.stop());
  }

  get base() {
    return this.front.base;
  }

  /** Runs SQL beside the servers. @returns {Promise<any[]>} */
  async sql(text, values) {
    return (await this.pool.query(text, values)).rows;
  }

  /** The process of the postmaster, by its own pid file. */
  get postmaster() {
    const file = path.join(this.postgres.dataDirectory, 'postmaster.pid');
    return Number(fs.readFileSync(file, 'utf8').split('\n')[0]);
  }

  async #proxiedUrl() {
    const { connection } = this.postgres;
    const proxy = await PostgresProxy.before(connection);
    this.proxies.push(proxy);
    this.#endings.push(() => proxy.stop());
    return databaseUrl({ ...connection, host: proxy.host });
  }

  async stop() {
    for (const end of this.#endings.splice(0).reverse()) await end();
  }
}
