// Follows /stream for the whole run, comes back with the last id that it has, and keeps what it was told, in order.
import { setTimeout as pause } from 'node:timers/promises';
import http from 'node:http';

const AGAIN_MS = 30;
/** A comment comes every 15 s where nothing else does. */
const SILENCE_MS = 25_000;

export class StreamReader {
  /** @type {{seq: number, subject: string, version: number | null}[]} */
  got = [];
  /** Messages of the stream's own, such as `resync`; there must be none. @type {string[]} */
  others = [];
  connections = 0;
  #last = '';
  #over = false;
  #request;

  /** @param {() => string} base */
  constructor(base) {
    this.base = base;
    this.#running = this.#follow();
  }

  #running;

  get last() {
    return this.got.at(-1)?.seq ?? 0;
  }

  async stop() {
    this.#over = true;
    this.#request?.destroy();
    await this.#running;
  }

  async #follow() {
    while (!this.#over) {
      await this.#connect();
      await pause(AGAIN_MS);
    }
  }

  #connect() {
    return new Promise((resolve) => {
      const headers = { accept: 'text/event-stream', ...(this.#last === '' ? {} : { 'last-event-id': this.#last }) };
      const path = this.#last === '' ? '/stream?earliest=1&detail=1' : '/stream?detail=1';
      const request = http.get(this.base() + path, { headers, agent: false, timeout: SILENCE_MS });
      this.#request = request;
      request.on('timeout', () => request.destroy());
      request.on('error', resolve);
      request.on('close', resolve);
      request.on('response', (reply) => {
        if (reply.statusCode !== 200) return void reply.resume();
        this.connections += 1;
        let rest = '';
        reply.setEncoding('utf8');
        reply.on('error', () => undefined);
        reply.on('data', (chunk) => {
          const blocks = (rest + chunk).split('\n\n');
          rest = blocks.pop();
          for (const block of blocks) this.#take(block);
        });
      });
    });
  }

  /** An id counts once its message is whole, as browsers have it. */
  #take(block) {
    const id = /^id: ?(\d+)$/m.exec(block);
    if (id) this.#last = id[1];
    const kind = /^event: ?(.*)$/m.exec(block);
    const data = /^data: ?(.*)$/m.exec(block);
    if (!data) return;
    if (kind?.[1] === 'position') return;
    if (kind) return void this.others.push(`${kind[1]}: ${data[1]}`);
    const { seq, subject, version } = JSON.parse(data[1]);
    this.got.push({ seq, subject, version });
  }
}
