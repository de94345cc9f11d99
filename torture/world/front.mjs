// What stands before the servers: haproxy where the machine has it, else a small proxy of our own. Both ask each
// server how it is, hand each request to the next that is well, never repeat one, and say 502 or 503 when none takes it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { freePort } from './server.mjs';

const HAPROXY = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/opt/homebrew/bin/haproxy'].find((one) =>
  fs.existsSync(one),
);

export const hasHaproxy = HAPROXY !== undefined;

/**
 * @typedef {{base: string, port: number, name: string, stop: () => Promise<void>, untilSees: (server: {index: number}) => Promise<void>}} Front
 * `untilSees` resolves when it sends a server work.
 */

/**
 * @param {{port: number}[]} servers
 * @param {{folder: string, probe: '/livez' | '/readyz'}} options `folder` for its configuration. With /readyz, servers whose
 *   database is away get no requests; with /livez, they have to answer.
 * @returns {Promise<Front>}
 */
export const startFront = (servers, options) => (HAPROXY ? startHaproxy : startOwn)(servers, options);

/** A server that says at /readyz that it leaves has 1.5 s until it takes nothing new: two looks in that time. */
const configOf = ({ port, statusPort, probe }, servers) => `global
  maxconn 2000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 60s
  timeout queue 2s
  timeout check 2s
frontend all
  bind 127.0.0.1:${port}
  default_backend stampline
frontend status
  bind 127.0.0.1:${statusPort}
  stats enable
  stats uri /
backend stampline
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${probe} hdr Host 127.0.0.1
  http-check expect status 200
  option redispatch
  retries 3
  default-server inter 300ms fastinter 300ms downinter 300ms fall 1 rise 1 observe layer4 error-limit 3 on-error mark-down
${servers.map((server, index) => `  server s${index} 127.0.0.1:${server.port} check`).join('\n')}
`;

async function startHaproxy(servers, { folder, probe }) {
  const [port, statusPort] = [await freePort(), await freePort()];
  const file = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(file, configOf({ port, statusPort, probe }, servers));
  const child = spawn(HAPROXY, ['-db', '-f', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const exited = once(child, 'exit');
  const base = `http://127.0.0.1:${port}`;
  while (!(await answers(base))) {
    if (child.exitCode !== null) throw new Error(`haproxy ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const untilSees = ({ index }) =>
    poll(async () => {
      const table = await (await fetch(`http://127.0.0.1:${statusPort}/;csv`)).text();
      return new RegExp(`^stampline,s${index},(?:[^,]*,){15}UP`, 'm').test(table);
    });
  return { base, port, name: 'haproxy', untilSees, stop: async () => (child.kill('SIGTERM'), void (await exited)) };
}

async function poll(holds) {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 50));
}

const answers = (base) =>
  fetch(`${base}/livez`).then(
    async (reply) => (await reply.text(), reply.ok),
    () => false,
  );

const LOOK_MS = 300;

async function startOwn(servers, { probe }) {
  const agent = new http.Agent({ keepAlive: true });
  const ready = servers.map(() => true);
  const look = (server, index) => {
    const request = http.get({ port: server.port, host: '127.0.0.1', path: probe, timeout: 1000 }, (reply) => {
      ready[index] = reply.statusCode === 200;
      reply.resume();
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => (ready[index] = false));
  };
  const timer = setInterval(() => servers.forEach(look), LOOK_MS);
  let turn = 0;
  const next = () => {
    for (let tries = 0; tries < servers.length; tries += 1) {
      turn = (turn + 1) % servers.length;
      if (ready[turn]) return servers[turn];
    }
    return undefined;
  };
  const server = http.createServer((request, response) => passOn(request, response, next(), agent));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const stop = async () => {
    clearInterval(timer);
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const untilSees = ({ index }) => poll(async () => ready[index]);
  return { base: `http://127.0.0.1:${port}`, port, name: 'a proxy of ours', untilSees, stop };
}

function passOn(request, response, server, agent) {
  if (!server) return void response.writeHead(503).end();
  const { method, url, headers } = request;
  const outgoing = http.request({ host: '127.0.0.1', port: server.port, method, path: url, headers, agent });
  outgoing.on('response', (reply) => {
    response.writeHead(reply.statusCode, reply.headers);
    reply.pipe(response);
    reply.on('error', () => response.destroy());
  });
  outgoing.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}
