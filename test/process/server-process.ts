// Servers as operators start them: child processes with folders and ports of their own, gone after the suite.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { isPostmasterOf } from '../../src/platform/database/embedded/process-facts.js';

export interface ServerProcess {
  /** `http://127.0.0.1:<port>` */
  readonly base: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** What it printed so far, both streams. */
  output(): string;
  /** Resolves when it listens; rejects with its output when it ends before that. */
  readonly ready: Promise<void>;
  /** Its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** For a test that starts servers, on a machine that does much else. */
export const PROCESS_MS = 60_000;

/** The loopback addresses that this machine has. */
export const LOOPBACKS = ['127.0.0.1', '::1'].filter((address) =>
  Object.values(os.networkInterfaces()).some((all) => all?.some((one) => one.address === address)),
);

const children = new Set<ChildProcess>();
const folders: string[] = [];

/** A new folder that every user may look into, since Postgres may run as another. */
export function newFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-process-'));
  fs.chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

/** `cwd`: the clone that it is started in. */
export function startServer(env: Record<string, string>, port = 0, cwd = '.'): ServerProcess {
  const { DATABASE_URL: _url, HOST: _host, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd,
    env: { ...inherited, STAMPLINE_DATA: path.join(os.tmpdir(), 'stampline-nowhere'), ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => {
      children.delete(child);
      resolve(signal ?? code ?? 'nothing');
    });
  });
  let listens: (port: number) => void;
  const listening = new Promise<number>((resolve) => (listens = resolve));
  const server = {
    base: '',
    port,
    child,
    output: () => output,
    ended,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const found = /listens on https?:\/\/\S+:(\d+)\s/.exec(output);
      if (found) listens(Number(found[1]));
    });
  }
  const failed = ended.then((end) => {
    throw new Error(`The server ended (${end}) before it listened:\n${output}`);
  });
  const ready = Promise.race([listening, failed]).then((actual) => {
    server.port = actual;
    server.base = `http://127.0.0.1:${actual}`;
  });
  ready.catch(() => undefined); // A suite that expects the end waits for that.
  failed.catch(() => undefined);
  return Object.assign(server, { ready });
}

/** Everything that is left ends, and the folders go. For afterAll. */
export async function endAll(): Promise<void> {
  await Promise.all(
    [...children].map((child) => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGINT'))),
  );
  for (const folder of folders) {
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
