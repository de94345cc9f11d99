// Where the server listens: a unix socket in a private folder whose path is short enough, or a port on Windows.
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { EmbeddedPostgresError, errnoOf } from './embedded-postgres-error.js';
import type { RunAs } from './run-as.js';

/** The part of pg's connection settings that says where. On a unix socket the port is only a part of its name. */
export interface Endpoint {
  host: string;
  port: number;
}

const socketPort = 5432;
/** sockaddr_un holds 108 bytes with the closing NUL on Linux, 104 on macOS. */
const longestSocketPath = process.platform === 'darwin' ? 103 : 107;

export const isSocketFolder = (host: string): boolean => path.isAbsolute(host);
const socketFile = ({ host, port }: Endpoint): string => path.join(host, `.s.PGSQL.${port}`);

/** The same answer at each start with the same home and temp folder. Makes nothing. */
export async function chooseEndpoint(home: string): Promise<Endpoint> {
  if (process.platform === 'win32') return { host: '127.0.0.1', port: await freePort() };
  const inHome = { host: path.join(home, 'postgres.socket'), port: socketPort };
  const name = `stampline-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const elsewhere = [os.tmpdir(), '/tmp'].map((folder) => ({ host: path.join(folder, name), port: socketPort }));
  const fitting = [inHome, ...elsewhere].find(
    (endpoint) => Buffer.byteLength(socketFile(endpoint)) <= longestSocketPath,
  );
  return fitting ?? inHome;
}

/** Makes the folder (0700, the server's user) or takes it when it is just so; a folder of somebody else is refused. */
export async function prepareSocketFolder({ host }: Endpoint, runAs: RunAs): Promise<void> {
  if (!isSocketFolder(host)) return;
  const uid = runAs.kind === 'user' ? runAs.uid : process.getuid?.();
  try {
    await fs.mkdir(host, { mode: 0o700 });
    if (runAs.kind === 'user') await fs.chown(host, runAs.uid, runAs.gid);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const found = await fs.lstat(host);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return;
  throw new EmbeddedPostgresError(
    'permission',
    `${host}, where the database listens, isn't a private folder of user ${uid}: remove it, then start again.`,
  );
}

/** Removes the socket and its lock, which a killed postmaster leaves. Only for when no postmaster of ours lives. */
export async function removeStaleSocket(endpoint: Endpoint): Promise<void> {
  if (!isSocketFolder(endpoint.host)) return;
  await fs.rm(socketFile(endpoint), { force: true });
  await fs.rm(`${socketFile(endpoint)}.lock`, { force: true });
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
