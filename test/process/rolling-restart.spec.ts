// promises.md, 8: three servers on one Postgres behind haproxy, restarted one after the other by deploy/rolling-restart.sh,
// fail no request of clients that never repeat one. The count is printed. STAMPLINE_ROUNDS=10 does it ten times over.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { createTestDatabase } from '../setup/test-server.js';
import { call, endAll, eventually, newFolder, type ServerProcess, startServer, takenPort } from './server-process.js';

const HAPROXY = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy'].find((file) => fs.existsSync(file));
if (!HAPROXY) console.log('The rolling restart is skipped: there is no haproxy (apt-get install haproxy).');

const ROUNDS = Number(process.env.STAMPLINE_ROUNDS ?? 1);

afterAll(endAll);

/** One request on kept-alive connections, as clients of a proxy have them. A connection that is cut is status 0. */
function send(agent: http.Agent, base: string, method: string, url: string, body?: object): Promise<number> {
  return new Promise((resolve) => {
    const request = http.request(`${base}${url}`, { method, agent, headers: { 'content-type': 'application/json' } });
    request.on('response', (reply) => {
      reply.resume();
      reply.on('error', () => resolve(0));
      reply.on('close', () => resolve(reply.complete ? (reply.statusCode ?? 0) : 0));
    });
    request.on('error', () => resolve(0));
    request.end(body && JSON.stringify(body));
  });
}

interface Load {
  readonly counts: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** Eight clients that read, change and make without a pause, two of which wait for a ticket; none ever repeats a request. */
function startLoad(base: string, tickets: readonly number[]): Load {
  const agent = new http.Agent({ keepAlive: true });
  const counts = new Map<string, number>();
  let over = false;
  const clients = Array.from({ length: 8 }, async (_, client) => {
    const ticket = tickets[client % tickets.length];
    const ways = [
      () => send(agent, base, 'GET', '/api/v1/ticket/?limit=5'),
      () => send(agent, base, 'PATCH', `/api/v1/updateticketstatus/${ticket}/`, { status: 1 + (client % 900) }),
      () => send(agent, base, 'POST', '/api/v1/ticket/', { title: `of client ${client}` }),
      () => send(agent, base, 'GET', '/stamp.js'),
    ];
    if (client < 2)
      ways.splice(0, 4, () => send(agent, base, 'GET', `/api/v1/ticket/${ticket}/?wait=5&until=complete`));
    for (let turn = client; !over; turn += 1) {
      const status = await (ways[turn % ways.length] as () => Promise<number>)();
      const kind = status >= 200 && status < 300 ? 'fine' : `failed (${status})`;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  });
  return {
    counts,
    stop: async () => {
      over = true;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}

/** Restarts the server of a port when it is asked for `/<port>`: what systemctl is to the script. */
async function restarter(servers: Map<number, ServerProcess>, env: Record<string, string>): Promise<http.Server> {
  const restart = async (port: number): Promise<void> => {
    const old = servers.get(port);
    old?.kill('SIGTERM');
    expect(await old?.ended).toBe(0);
    servers.set(port, startServer(env, port));
  };
  const server = http.createServer((request, reply) => {
    restart(Number(request.url?.slice(1))).then(
      () => reply.end(),
      () => reply.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

(HAPROXY ? it : it.skip)(
  'three servers restarted in turn: no request fails',
  async () => {
    const env = {
      DATABASE_URL: databaseUrl(await createTestDatabase()),
      STAMPLINE_DATA: newFolder(),
    };
    const taken = await Promise.all([takenPort(), takenPort(), takenPort(), takenPort()]);
    for (const one of taken) one.leave();
    const [front = 0, ...ports] = taken.map((one) => one.port);
    const servers = new Map(ports.map((one) => [one, startServer(env, one)]));
    await Promise.all([...servers.values()].map((server) => server.ready));
    const proxy = spawn(HAPROXY ?? '', ['-f', 'deploy/haproxy.cfg'], {
      env: {
        ...process.env,
        STAMPLINE_BIND: `127.0.0.1:${front}`,
        ...Object.fromEntries(
          ['ONE', 'TWO', 'THREE'].map((name, at) => [`STAMPLINE_${name}`, `127.0.0.1:${ports[at]}`]),
        ),
      },
      stdio: 'ignore',
    });
    const control = await restarter(servers, env);
    const base = `http://127.0.0.1:${front}`;
    try {
      await eventually('haproxy answers', async () => (await call(base, 'GET', '/readyz')).status === 200);
      const made = await Promise.all(
        Array.from({ length: 6 }, (_, n) => call(base, 'POST', '/api/v1/ticket/', { title: `shared ${n}` })),
      );
      const before = [...servers.values()].map((server) => server.child.pid);
      const load = startLoad(
        base,
        made.map(({ body }) => body.id as number),
      );
      const one = path.join(newFolder(), 'restart-one');
      const { port: controlPort } = control.address() as AddressInfo;
      fs.writeFileSync(one, `#!/bin/sh\nexec curl -fsS --max-time 60 http://127.0.0.1:${controlPort}/$1\n`, {
        mode: 0o755,
      });
      const turns = Array.from({ length: ROUNDS }, () => ports).flat();
      const { stdout } = await promisify(execFile)('deploy/rolling-restart.sh', turns.map(String), {
        env: { ...process.env, STAMPLINE_RESTART: one },
      });
      await load.stop();
      expect(stdout).toBe(turns.map((port) => `${port} is ready again\n`).join(''));
      const pids = [...servers.values()].map((server) => server.child.pid);
      expect(pids.filter((pid) => before.includes(pid))).toEqual([]);
      console.log(`Rolling restart: ${[...load.counts].map(([kind, count]) => `${count} ${kind}`).join(', ')}`);
      expect([...load.counts.keys()]).toEqual(['fine']);
      expect(load.counts.get('fine')).toBeGreaterThan(1000);
    } finally {
      control.close();
      proxy.kill('SIGTERM');
    }
  },
  60_000 + ROUNDS * 60_000,
);
