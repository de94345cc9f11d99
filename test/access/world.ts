// A server that asks for tokens, and tokens for it.
import fs from 'node:fs/promises';
import path from 'node:path';
import { ADMIN_FILE } from '../../src/access/first-admin.js';
import type { Config } from '../../src/config.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

export interface GuardedServer extends TestServer {
  /** The one that the server made at its start. */
  readonly admin: string;
  /** Makes a token, as the administrator does; for all projects unless it names some. */
  token(
    scopes: readonly string[],
    owner?: string,
    projects?: readonly string[],
  ): Promise<{ readonly id: number; readonly token: string }>;
}

export async function startGuarded(publicRead = false, settings: Partial<Config> = {}): Promise<GuardedServer> {
  const server = await startTestServer({ limits: UNLIMITED, ...settings, access: { required: true, publicRead } });
  const admin = (await fs.readFile(path.join(server.dataFolder, ADMIN_FILE), 'utf8')).trim();
  return {
    ...server,
    admin,
    token: async (scopes, owner = 'ci', projects) => {
      const reply = await server.http
        .post('/api/v1/token/')
        .set('Authorization', `Bearer ${admin}`)
        .send({ owner, scopes, ...(projects ? { projects } : {}) })
        .expect(201);
      return reply.body as { id: number; token: string };
    },
  };
}

/** What the tables of tests send in a minute is nobody's measure. */
export const UNLIMITED = { failures: 1_000_000, writes: 1_000_000 };

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`];
