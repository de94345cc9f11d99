// A server that was stopped (SIGSTOP) while another one changed production and a ticket: in the moment in which it goes on, what it
// answers is new, or says that it may be old. Requests wait in its sockets meanwhile, as behind a proxy.
import { setTimeout as pause } from 'node:timers/promises';
import { databaseUrl } from '../../scripts/database-url.mjs';
import { createTestDatabase } from '../setup/test-server.js';
import { call, endAll, eventually, PROCESS_MS, startServer } from './server-process.js';

afterAll(endAll, PROCESS_MS);

const PATHS = [
  '/import-map.json',
  '/stamp.js',
  '/snippet.html',
  '/import-map.json?env=prod',
  '/p/default/import-map.json',
  '/import-map.json?dev=TKT-1',
  '/import-map.json?env=dev:TKT-1',
];
const moduleOf = (version: string): string => `https://cdn.example/cart@${version}.js`;

async function change(base: string, version: string): Promise<void> {
  const service = { service: 'cart', url: moduleOf(version) };
  expect((await call(base, 'PATCH', '/services?skip_url_check', service)).status).toBe(200);
  const modules = { modules: [{ specifier: 'cart', url: moduleOf(`${version}-ticket`) }] };
  expect((await call(base, 'POST', '/api/v1/ticket/1/modules/', modules)).status).toBe(201);
}

it(
  'never passes what it knew before for what is so now',
  async () => {
    const url = databaseUrl(await createTestDatabase());
    const [stopped, other] = [startServer({ DATABASE_URL: url }), startServer({ DATABASE_URL: url })];
    await Promise.all([stopped.ready, other.ready]);
    await call(other.base, 'POST', '/api/v1/ticket/', { title: 'shown' });
    for (let round = 1; round <= 3; round++) {
      await change(other.base, `before-${round}`);
      for (const path of PATHS)
        await eventually(`${path} shows before-${round}`, async () => {
          const reply = await fetch(stopped.base + path);
          return (await reply.text()).includes(`before-${round}`) && reply.headers.get('x-stamp-status') === null;
        });
      stopped.kill('SIGSTOP');
      const waiting = PATHS.map(async (path) => {
        const reply = await fetch(stopped.base + path);
        return { path, status: reply.headers.get('x-stamp-status'), text: await reply.text() };
      });
      await change(other.base, `after-${round}`);
      await pause(1500);
      stopped.kill('SIGCONT');
      for (const { path, status, text } of await Promise.all(waiting))
        if (!text.includes(`after-${round}`)) expect([path, status]).toEqual([path, 'stale']);
    }
  },
  PROCESS_MS,
);
