// One client: sends a write with an Idempotency-Key, and again with the same key until the answer is definite, so that what
// became of it is known.
import { setTimeout as pause } from 'node:timers/promises';
import http from 'node:http';
import { bodyOf, call, isOfServer, versionOf } from './call.mjs';

/** After the end of the load, how long a write may still be without a definite answer. */
const SETTLE_MS = 60_000;
const PAUSE_MS = 100;

let keys = 0;

export class Client {
  agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  /** Set by the first failure after the end. @type {number | undefined} */
  until;

  /**
   * @param {{base: () => string, history: import('./history.mjs').History, random: () => number, over: AbortSignal, name: string}} options
   */
  constructor(options) {
    Object.assign(this, options);
  }

  get isOver() {
    return this.over.aborted;
  }

  /** @param {number} below @returns {number} a whole number from 0 */
  pick(below) {
    return Math.floor(this.random() * below);
  }

  /**
   * @param {Partial<import('./history.mjs').Write>} about what the checker has to know of it
   * @param {{method: string, path: string, body?: object | Buffer | string, headers?: Record<string, string>}} request
   * @returns {Promise<{write: import('./history.mjs').Write, body: any, reply: import('./call.mjs').Reply} | undefined>}
   *   undefined when it was refused, or never answered
   */
  async write(about, request) {
    const write = { ...about, start: performance.now(), outcome: 'open' };
    this.history.writes.push(write);
    const reply = await this.#answered(request);
    return reply && this.#settle(write, reply);
  }

  /** One request that does the same to each subject: a write of each, which have one outcome. */
  async writeAll(about, subjects, request) {
    const start = performance.now();
    const writes = subjects.map((subject) => ({ ...about, subject, start, outcome: 'open' }));
    this.history.writes.push(...writes);
    const reply = await this.#answered(request);
    if (reply) for (const write of writes) this.#settle(write, reply);
  }

  /** Repeated until it is definite; undefined when it never was. */
  async #answered({ method, path, body, headers = {} }) {
    const isJson = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
    const request = {
      method,
      path,
      body: isJson ? JSON.stringify(body) : body,
      headers: {
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        'idempotency-key': `${this.name}-${++keys}`,
        ...headers,
      },
    };
    for (;;) {
      const reply = await call(this.agent, this.base(), request);
      if (isDefinite(reply)) return reply;
      this.#failed(request, reply);
      if (this.over.aborted) this.until ??= performance.now() + SETTLE_MS;
      if (performance.now() > this.until) return undefined;
      await pause(PAUSE_MS * (0.5 + this.random()));
    }
  }

  #settle(write, reply) {
    write.end = performance.now();
    const accepted = reply.status < 300;
    write.outcome = accepted ? 'acknowledged' : 'refused';
    this.history.succeeded();
    const body = bodyOf(reply);
    if (accepted) {
      write.version = versionOf(reply);
      return { write, body, reply };
    }
    this.history.count('refusals', `${reply.status} ${body.code ?? ''} (${write.kind})`);
    return undefined;
  }

  /** Once, without a repeat; undefined when it fails. @param {number[]} [others] statuses that are answers, besides 200 */
  async read(path, others = []) {
    const start = performance.now();
    const reply = await call(this.agent, this.base(), { method: 'GET', path });
    if (reply.status !== 200 && !others.includes(reply.status)) {
      this.#failed({ method: 'GET', path }, reply);
      await pause(PAUSE_MS * (0.5 + this.random()));
      return undefined;
    }
    this.history.succeeded();
    return { start, end: performance.now(), reply, body: bodyOf(reply) };
  }

  /** What a server itself says when it can't must be 503 with Retry-After (promises 5 and 10), or that it is at work on it. */
  #failed({ method, path }, reply) {
    this.history.failed += 1;
    const fine = reply.status === 409 || (reply.status === 503 && Number(reply.headers['retry-after']) > 0);
    if (reply.status > 0 && isOfServer(reply) && !fine)
      this.history.wrong.push(`${method} ${path} ${reply.status} ${reply.text.slice(0, 300)}`);
    this.history.count('failures', `${reply.status} ${reply.error ?? bodyOf(reply).code ?? 'of the proxy'}`);
  }

  close() {
    this.agent.destroy();
  }
}

/** Yes or no, for good. A 4xx of the proxy's own (a request cut in its middle) says nothing about the write. */
function isDefinite(reply) {
  if (reply.status >= 200 && reply.status < 300) return true;
  if (reply.status < 400 || reply.status >= 500 || !isOfServer(reply)) return false;
  return ![408, 429].includes(reply.status) && bodyOf(reply).code !== 'idempotency.in_flight';
}
