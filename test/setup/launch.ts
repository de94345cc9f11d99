// Starts a server as operators do: a process of its own, on a port of its own. Tests, torture, bench, fuzz and the scripts that need a
// server for a while all start it here.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The server promises to be gone 30 s after SIGTERM. */
const STOPPED_MS = 35_000;
/** So much of what it printed is kept, in characters. */
const KEPT = 2_000_000;

export interface Launched {
  readonly child: ChildProcess;
  /** `http://127.0.0.1:<port>`; empty until it is ready, where the system gives it a port. */
  base: string;
  port: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Resolves when it says that it listens; rejects with its output when it ends before that. */
  readonly ready: Promise<void>;
  /** Its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  isRunning(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Ends it, also where it stands still (SIGSTOP); with SIGKILL where it doesn't end in time. Answers how it ended. */
  stop(signal?: 'SIGTERM' | 'SIGINT', withinMs?: number): Promise<number | string>;
}

export interface LaunchOptions {
  /** Nothing of the caller's own settings of a server gets in; `undefined` leaves a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** 0: the system chooses. */
  readonly port?: number;
  /** The clone that it is started in. */
  readonly cwd?: string;
  /** What Node runs; other servers say `listening on <port>`. */
  readonly words?: readonly string[];
  readonly nodeOptions?: readonly string[];
}

/** `npm start` says so, too. */
const NODE_OPTIONS = ['--v8-pool-size=1'];
const LISTENS = /listen(?:s|ing) on (?:https?:\/\/\S+:)?(\d+)\s/;

export function launch({ env = {}, port = 0, cwd = ROOT, words, nodeOptions = [] }: LaunchOptions = {}): Launched {
  const { DATABASE_URL: _url, HOST: _host, NODE_OPTIONS: _options, STAMPLINE_LOG: _log, ...inherited } = process.env;
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...nodeOptions, ...(words ?? ['scripts/start.mjs'])], {
    cwd,
    env: { ...inherited, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let isListening = false;
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 'nothing')),
  );
  const launched: Omit<Launched, 'ready'> = {
    child,
    base: port === 0 ? '' : `http://127.0.0.1:${port}`,
    port,
    output: () => output,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    kill: (signal) => void child.kill(signal),
    stop: (signal, withinMs) => stop(child, ended, signal, withinMs),
  };
  const listening = new Promise<number>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-KEPT);
        if (isListening) return;
        const found = LISTENS.exec(output);
        isListening = found !== null;
        if (found) resolve(Number(found[1]));
      });
  });
  const failed = ended.then((end) => {
    throw new Error(`The server ended (${end}) before it listened:\n${output}`);
  });
  const ready = Promise.race([listening, failed]).then((actual) => {
    launched.port = actual;
    launched.base = `http://127.0.0.1:${actual}`;
  });
  ready.catch(() => undefined); // Who expects the end waits for that.
  failed.catch(() => undefined);
  return Object.assign(launched, { ready });
}

async function stop(
  child: ChildProcess,
  ended: Promise<number | string>,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
  withinMs = STOPPED_MS,
): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGCONT');
    child.kill(signal);
  }
  const late = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const end = await ended;
  clearTimeout(late);
  // A Postgres that outlived it may hold its output open, and us with it.
  child.stdout?.destroy();
  child.stderr?.destroy();
  return end;
}

/** Whether a server takes work at this moment; what it says instead. */
export async function readiness(base: string): Promise<'ready' | (string & {})> {
  try {
    const reply = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(3000) });
    const text = await reply.text();
    return reply.ok ? 'ready' : `${reply.status} ${text}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? message;
  }
}

/** Resolves when /readyz says so. Rejects after `withinMs`, and where `isRunning` says that nothing will come of it. */
export async function untilReady(base: string, withinMs = 90_000, isRunning = (): boolean => true): Promise<void> {
  let last = 'no answer';
  for (const deadline = performance.now() + withinMs; performance.now() < deadline;) {
    if (!isRunning()) throw new Error('The server ended before it was ready.');
    last = await readiness(base);
    if (last === 'ready') return;
    await pause(50);
  }
  throw new Error(`GET ${base}/readyz wasn't 200 within ${withinMs / 1000} s: ${last}`);
}

/** A port that nobody listens on now; in the moment until the server takes it, another process could. */
export async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A new folder that every user may look into, since Postgres may run as another. */
export function sharedFolder(name = 'stampline-', within = os.tmpdir()): string {
  const folder = fs.mkdtempSync(path.join(within, name));
  fs.chmodSync(folder, 0o755);
  return folder;
}
