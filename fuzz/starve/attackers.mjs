// 16 clients that attack for some seconds: each way of an attack has its turn, and what was answered is recorded.
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { partsOf } from './record.mjs';

const CLIENTS = 16;
/** How much longer than the attack the last answers may take; then their connections are cut. The server itself gives up before. */
const LAST_ANSWERS_MS = 40_000;
/** How often a way that was never answered 2xx among the others is tried by itself. */
const IN_PEACE = 5;
const PEACE_MS = 1000;

/** What became of one attack, and of all: how often each status was answered, by way; and which operations were answered 2xx. */
export class Answers {
  /** @type {Map<string, number>} */
  statuses = new Map();
  /** @type {Map<import('./making.mjs').Way, Map<string, number>>} */
  ofWays = new Map();
  /** What the last refusal of a way said. @type {Map<import('./making.mjs').Way, string>} */
  said = new Map();

  /** @param {Set<string>} done parts of operations (record.mjs), of all attacks */
  constructor(routeOf, done) {
    Object.assign(this, { routeOf, done });
  }

  /** @param {{path: string, method?: string, host?: string, bytes?: number}} request @param {{status: number, text?: string}} reply 0 where there is none */
  note(way, { path, method = 'GET', host, bytes = 0 }, { status, text }) {
    const shown = status === 0 ? 'cut' : String(status);
    for (const counts of [this.statuses, this.#of(way)]) counts.set(shown, (counts.get(shown) ?? 0) + 1);
    if (!isDone(shown)) return void this.said.set(way, text ?? '');
    const url = new URL(path, 'http://localhost');
    const operation = this.routeOf(method, url.pathname);
    if (operation) for (const part of partsOf(operation, { url, host, bytes })) this.done.add(part);
  }

  #of(way) {
    if (!this.ofWays.has(way)) this.ofWays.set(way, new Map());
    return this.ofWays.get(way);
  }

  /** Undefined where a way did what it is for: was answered 2xx, or was refused as it must be. */
  faultOf(way) {
    const shown = [...(this.ofWays.get(way) ?? new Map()).keys()];
    if (!way.refused)
      return shown.some(isDone)
        ? undefined
        : `was only answered ${shown.join(', ') || 'nothing'}: ${this.said.get(way) ?? ''}`;
    if (shown.some(isDone)) return `was accepted: ${way.refused}`;
    return shown.some((status) => status.startsWith('4')) ? undefined : `was never refused: ${way.refused}`;
  }
}

const isDone = (status) => status.startsWith('2');

/** Runs all ways by turns for so long, and each once at least. */
export async function attack(ways, ground, seconds, answers) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const until = performance.now() + seconds * 1000;
  let turns = 0;
  const client = async (_, index) => {
    while (performance.now() < until || turns < ways.length) {
      const turn = turns++;
      const way = ways[turn % ways.length];
      await way({ ...meansOf(way, ground.base, agent, answers, until), client: index, turn, ground });
    }
  };
  const cut = setTimeout(() => agent.destroy(), seconds * 1000 + LAST_ANSWERS_MS);
  await Promise.all(Array.from({ length: CLIENTS }, client));
  clearTimeout(cut);
  agent.destroy();
}

/** What had no room among 16 is asked for alone. Resolves to what is still at fault, one line each. */
export async function inPeace(ways, ground, answers) {
  const agent = new http.Agent({ keepAlive: true });
  const faults = [];
  for (const [index, way] of ways.entries()) {
    for (let turn = 0; answers.faultOf(way) && turn < IN_PEACE; turn += 1) {
      await sleep(turn * PEACE_MS);
      const means = meansOf(way, ground.base, agent, answers, performance.now() + PEACE_MS);
      await way({ ...means, client: turn, turn, ground });
    }
    const fault = answers.faultOf(way);
    if (fault) faults.push(`way ${index + 1} ${fault}`);
  }
  agent.destroy();
  return faults;
}

function meansOf(way, base, agent, answers, until) {
  return {
    send: async (path, options = {}) => {
      const request = await made(path, options);
      const reply = await ask(base, agent, request);
      answers.note(way, { ...request, host: options.headers?.host, bytes: request.content?.length }, reply);
      return reply.status;
    },
    hold: (path) => holdUnread(base, path, until, (status) => answers.note(way, { path }, { status })),
  };
}

/** The bytes and headers of a request: of a form, too. */
async function made(path, { method = 'GET', headers = {}, body }) {
  if (body === undefined) return { path, method, headers };
  const bytes = new Request('http://localhost/', { method: 'POST', headers, body });
  const content = Buffer.from(await bytes.arrayBuffer());
  return {
    path,
    method,
    headers: { ...Object.fromEntries(bytes.headers), 'content-length': content.length },
    content,
  };
}

/** Of what a refusal says. */
const SHOWN = 300;

/** Never rejects: an attacker goes on. Resolves to the status, 0 where there is none, and what a refusal says. */
const ask = (base, agent, { path, method, headers, content }) =>
  new Promise((resolve) => {
    const request = http.request(base + path, { agent, method, headers }, (reply) => {
      let text = '';
      reply.on('data', (chunk) => {
        if (reply.statusCode >= 300 && text.length < SHOWN) text += chunk.toString().slice(0, SHOWN);
      });
      reply.once('close', () => resolve({ status: reply.statusCode, text }));
    });
    request.once('error', () => resolve({ status: 0 }));
    request.end(content);
  });

const HELD = 4;

/** Connections that ask, and read no more than what comes first. Resolves when the attack is over. */
async function holdUnread(base, path, until, note) {
  const { hostname, port } = new URL(base);
  const sockets = Array.from({ length: HELD }, () => net.connect(Number(port), hostname));
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      socket.pause();
      note(Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 0));
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }
  await sleep(Math.max(0, until - performance.now()));
  for (const socket of sockets) socket.destroy();
}
