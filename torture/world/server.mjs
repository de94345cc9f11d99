// One server of a world: a process as an operator starts it, on the same port each time, and started again whenever it ends.
import { setTimeout as pause } from 'node:timers/promises';
import { launch, readiness, untilReady } from '../../test/setup/launch.js';

const AGAIN_MS = 100;
const READY_MS = 90_000;
const STOPPED_MS = 15_000;

export class Server {
  /** @type {import('../../test/setup/launch.js').Launched | undefined} */
  #process;
  starts = 0;
  #over = false;
  #again = Promise.resolve();

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
    const { env, nodeOptions, port } = this.options;
    const started = launch({ env: { STAMPLINE_LOG: 'error', ...env, HOST: '127.0.0.1' }, port, nodeOptions });
    this.#process = started;
    this.starts += 1;
    this.#again = started.ended.then(async () => {
      if (this.#over) return;
      await pause(AGAIN_MS);
      if (!this.#over) this.start();
    });
  }

  get pid() {
    return this.#process?.child.pid;
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    this.#process?.kill(signal);
  }

  /** Resolves when /readyz says so; rejects after a minute and a half. */
  async ready() {
    try {
      await untilReady(this.base, READY_MS);
    } catch (error) {
      const said = this.#process?.output().trim().split('\n').slice(-12).join('\n');
      throw new Error(`Server ${this.index}: ${error.message}\n${said}`, { cause: error });
    }
  }

  /** Whether it takes work at this moment. */
  async isReady() {
    return (await readiness(this.base)) === 'ready';
  }

  /** A server that ends by a signal of ours is another one when it is ready again. */
  async replaced(startsBefore) {
    while (this.starts === startsBefore) await pause(20);
    await this.ready();
  }

  async stop() {
    this.#over = true;
    await this.#process?.stop('SIGINT', STOPPED_MS);
    await this.#again;
  }
}
