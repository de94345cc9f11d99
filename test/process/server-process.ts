// Servers as operators start them: child processes with folders and ports of their own, gone after the suite.
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { isPostmasterOf } from '../../src/platform/database/embedded/process-facts.js';
import { launch, type Launched, ROOT, sharedFolder } from '../setup/launch.js';

export type ServerProcess = Launched;

/** For a test that starts servers, on a machine that does much else. */
export const PROCESS_MS = 60_000;

/** The loopback addresses that this machine has. */
export const LOOPBACKS = ['127.0.0.1', '::1'].filter((address) =>
  Object.values(os.networkInterfaces()).some((all) => all?.some((one) => one.address === address)),
);

const servers = new Set<Launched>();
const folders: string[] = [];

/** A new folder that every user may look into, since Postgres may run as another. */
export function newFolder(): string {
  const folder = sharedFolder('stampline-process-');
  folders.push(folder);
  return folder;
}

/** `cwd`: the clone that it is started in. */
export function startServer(env: Record<string, string>, port = 0, cwd = ROOT): ServerProcess {
  const server = launch({ env: { STAMPLINE_DATA: path.join(os.tmpdir(), 'stampline-nowhere'), ...env }, port, cwd });
  servers.add(server);
  return server;
}

/** Everything that is left ends, without a drain, and the folders go. For afterAll. */
export async function endAll(): Promise<void> {
  await Promise.all([...servers].map((server) => server.stop('SIGINT')));
  servers.clear();
  for (const folder of folders.splice(0)) {
    killPostgresOf(folder);
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** The process of the Postgres that keeps its data below a folder, by its own pid file. */
export function postgresOf(folder: string): number | undefined {
  const file = path.join(folder, 'postgres', 'postmaster.pid');
  return fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8').split('\n')[0]) : undefined;
}

/** Kills it, where it runs: another process may have its number since, and 0 would be every process of ours. */
export function killPostgresOf(folder: string): void {
  const pid = postgresOf(folder);
  if (pid && isPostmasterOf(pid, path.join(folder, 'postgres'))) process.kill(pid, 'SIGKILL');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child of a killed parent may wait for init to take note of it.
    return !/\) Z /.test(fs.existsSync(`/proc/${pid}/stat`) ? fs.readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
}

/** A port that somebody listens on, and how to leave it. */
export async function takenPort(host = '127.0.0.1'): Promise<{ port: number; leave: () => void }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return { port: (server.address() as net.AddressInfo).port, leave: () => void server.close() };
}

export interface Reply {
  readonly status: number;
  readonly body: Record<string, any>;
  readonly retryAfter: string | null;
}

/** One request. A connection that is refused or cut is status 0. */
export async function call(base: string, method: string, url: string, body?: object, key?: string): Promise<Reply> {
  try {
    const reply = await fetch(`${base}${url}`, {
      method,
      headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await reply.text();
    return {
      status: reply.status,
      body: (text ? JSON.parse(text) : {}) as Record<string, any>,
      retryAfter: reply.headers.get('retry-after'),
    };
  } catch {
    return { status: 0, body: {}, retryAfter: null };
  }
}

/** Repeats `attempt` until it gives something; rejects after 30 s, or `ms`. */
export async function eventually<T>(
  what: string,
  attempt: () => T | undefined | false | Promise<T | undefined | false>,
  ms = 30_000,
): Promise<T> {
  for (const deadline = Date.now() + ms; Date.now() < deadline;) {
    const found = await attempt();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Not within ${ms / 1000} s: ${what}`);
}
