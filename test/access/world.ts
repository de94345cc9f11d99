// A server that asks for tokens, and tokens for it.
import fs from 'node:fs/promises';
import path from 'node:path';
import { AccessTokens } from '../../src/access/access-tokens.js';
import { ADMIN_FILE } from '../../src/access/first-admin.js';
import type { Config } from '../../src/config.js';
import { Db } from '../../src/platform/database/db.js';
import { OPERATOR } from '../../src/platform/principal.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

export interface GuardedServer extends TestServer {
  /** The one that the server made at its start. */
  readonly admin: string;
  /** Makes a token, as `stampline token create` does; for all projects unless it names some. */
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
    token: (scopes, owner = 'ci', projects) => {
      const wanted = { owner, scopes, purpose: '', days: 90, projects: projects ?? null };
      return server.app.get(Db).transaction((tx) => server.app.get(AccessTokens).create(tx, wanted, OPERATOR));
    },
  };
}

/** What the tables of tests send in a minute is nobody's measure. */
export const UNLIMITED = { failures: 1_000_000, writes: 1_000_000 };

export const bearer = (token: string): [string, string] => ['Authorization', `Bearer ${token}`];
