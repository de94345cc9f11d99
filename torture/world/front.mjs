// What stands before the servers: haproxy where the machine has it, else a small proxy of our own. Both ask each
// server how it is, hand each request to the next that is well, never repeat one, and say 502 or 503 when none takes it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/setup/launch.js';

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
 * @param {{folder: string, probe: '/livez' | '/readyz', own?: boolean}} options `folder` for its configuration. With /readyz, servers whose
 *   database is away get no requests; with /livez, they have to answer. `own`: ours, even where there is haproxy.
 * @returns {Promise<Front>}
 */
export const startFront = (servers, options) => (HAPROXY && !options.own ? startHaproxy : startOwn)(servers, options);

/** For any number of servers; `deploy/haproxy.cfg` is for three. */
const configOf = (port, probe, servers) => `global
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
  default_backend ready
backend ready
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${probe} hdr Host 127.0.0.1
  http-check expect status 200
  option redispatch
  retries 3
  default-server inter 300ms fastinter 300ms downinter 300ms fall 1 rise 1 observe layer4 error-limit 3 on-error mark-down
${servers.map((server, index) => `  server s${index} 127.0.0.1:${server.port} check`).join('\n')}
`;

/** Where haproxy tells which servers it sends work to. */
const statusOf = (port) => `frontend status
  mode http
  timeout client 10s
  bind 127.0.0.1:${port}
  stats enable
  stats uri /
`;

const NAMES = ['one', 'two', 'three'];

/** What operators are given, where it can be used: the servers' addresses come from the environment. */
function setupOf(port, probe, servers, folder) {
  if (probe === '/readyz' && servers.length === NAMES.length) {
    const addresses = servers.map((server, index) => [`STAMPLINE_${NAMES[index].toUpperCase()}`, server.port]);
    const env = Object.fromEntries(
      [['STAMPLINE_BIND', port], ...addresses].map(([name, one]) => [name, `127.0.0.1:${one}`]),
    );
    return { file: fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url)), env, names: NAMES };
  }
  const file = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(file, configOf(port, probe, servers));
  return { file, env: {}, names: servers.map((_, index) => `s${index}`) };
}

async function startHaproxy(servers, { folder, probe }) {
  const [port, statusPort] = [await freePort(), await freePort()];
  const { file, env, names } = setupOf(port, probe, servers, folder);
  const status = path.join(folder, 'status.cfg');
  fs.writeFileSync(status, statusOf(statusPort));
  const child = spawn(HAPROXY, ['-db', '-f', file, '-f', status], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-5000)));
  const exited = once(child, 'exit');
  const base = `http://127.0.0.1:${port}`;
  await poll(async () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended: ${said}`);
    return answers(base);
  });
  const untilSees = ({ index }) =>
    poll(async () => {
      const table = await (await fetch(`http://127.0.0.1:${statusPort}/;csv`)).text();
      return new RegExp(`^ready,${names[index]},(?:[^,]*,){15}UP`, 'm').test(table);
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
