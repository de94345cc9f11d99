// Two servers on one database, of which one has a proxy before it that can lose, hold and count what it asks.
import type { Config } from '../../src/config.js';
import { PostgresProxy } from './postgres-proxy.js';
import { startTestServer, type TestServer } from './test-server.js';

export interface TwoServers {
  /** Beside the other, with nothing between it and the database. */
  readonly near: TestServer;
  /** Behind the proxy. */
  readonly far: TestServer;
  readonly proxy: PostgresProxy;
  stop(): Promise<void>;
}

export async function startTwoServers(settings: Partial<Config> = {}): Promise<TwoServers> {
  const near = await startTestServer(settings);
  const proxy = await PostgresProxy.before(near.connection);
  const far = await startTestServer(settings, { ...near.connection, host: proxy.host });
  return {
    near,
    far,
    proxy,
    stop: async () => {
      proxy.heal();
      await far.stop();
      await near.stop();
      await proxy.stop();
    },
  };
}
