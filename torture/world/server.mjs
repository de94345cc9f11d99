// One server of a world: a process as an operator starts it, on the same port each time, and started again whenever it ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const AGAIN_MS = 100;
const READY_MS = 90_000;

export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  child;
  output = '';
  starts = 0;
  #over = false;
  #exited = Promise.resolve();

  /**
   * @param {{index: number, port: number, env: Record<string, string>, nodeOptions?: string[]}} options
   */
  constructor(options) {
    this.options = options;
    this.index = options.index;
    this.port = options.port;
    this.base = `http://127.0.0.1:${options.port}`;
  }

  start() {
    const { env, nodeOptions = [], port } = this.options;
    const { DATABASE_URL: _url, NODE_OPTIONS: _options, STAMPLINE_LOG: _log, ...inherited } = process.env;
    const child = spawn(process.execPath, ['--v8-pool-size=1', ...nodeOptions, 'scripts/start.mjs'], {
      cwd: root,
      env: { ...inherited, STAMPLINE_LOG: 'error', ...env, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.starts += 1;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (this.output = (this.output + chunk).slice(-20_000)));
    this.#exited = once(child, 'exit').then(async () => {
      if (this.#over) return;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      if (!this.#over) this.start();
    });
  }

  get pid() {
    return this.child?.pid;
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    this.child?.kill(signal);
  }

  /** Resolves when /readyz says so; rejects after a minute and a half. */
  async ready() {
    for (const deadline = Date.now() + READY_MS; Date.now() < deadline;) {
      if (await isReady(this.base)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const said = this.output.trim().split('\n').slice(-12).join('\n');
    throw new Error(`Server ${this.index} was not ready within ${READY_MS / 1000} s:\n${said}`);
  }

  /** Whether it takes work at this moment. */
  isReady() {
    return isReady(this.base);
  }

  /** A server that ends by a signal of ours is another one when it is ready again. */
  async replaced(startsBefore) {
    while (this.starts === startsBefore) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.ready();
  }

  async stop() {
    this.#over = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGINT');
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(hard);
    await this.#exited;
  }
}

async function isReady(base) {
  try {
    const reply = await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(3000) });
    await reply.text();
    return reply.ok;
  } catch {
    return false;
  }
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
