// promises.md, 8 and "full disk": below 256 MB of room the server reads and takes no changes, so that Postgres never meets a
// full disk; with room again it goes on by itself, and nothing that was acknowledged is lost.
import path from 'node:path';
import { requestText, sendRaw } from '../setup/raw-http.js';
import { call, endAll, eventually, PROCESS_MS, postgresOf, startServer } from './server-process.js';
import { type SmallDisk, smallDisk } from './small-disk.js';
import { faultsOf, newTicket, startWriters } from './status-writers.js';

let disk: SmallDisk;
beforeAll(() => {
  disk = smallDisk();
});
afterAll(async () => {
  await endAll();
  disk.remove();
});

it(
  'a disk that fills up under sixteen writers: changes are refused, pages and lists go on, and all is well when it is free again',
  async () => {
    const folder = path.join(disk.folder, 'data');
    const server = startServer({ STAMPLINE_DATA: folder, STAMPLINE_MAX_UPLOAD_MB: '512', ...disk.env });
    await server.ready;
    const postgres = postgresOf(folder);
    const ticket = await newTicket(server.base);
    const writers = startWriters(() => server.base, ticket);
    await writers.more(200);
    expect((await call(server.base, 'GET', '/readyz')).status).toBe(200);
    // What would leave too little is refused before it is taken in.
    const large = requestText('POST /api/v1/ticket/', { 'Content-Length': String(400 * 1024 * 1024) });
    expect(await sendRaw(server.base, large)).toMatchObject({
      status: 503,
      body: expect.stringContaining('disk.nearly_full'),
    });

    disk.fill();
    const notReady = await eventually('/readyz says no', async () => {
      const reply = await call(server.base, 'GET', '/readyz');
      return reply.status === 503 && reply;
    });
    expect(notReady.body).toMatchObject({ code: 'not_ready.disk_full' });
    const refused = await call(server.base, 'POST', '/api/v1/ticket/', { title: 'too much' });
    expect(refused).toMatchObject({ status: 503, retryAfter: '30', body: { code: 'disk.nearly_full' } });
    expect(refused.body.error).toMatch(/nearly full \(\d+ MB free, \d+ MB are reserved\).*Nothing was changed/);
    const account = await writers.stop();
    expect(account.refusals.filter(({ body }) => body.code !== 'disk.nearly_full')).toEqual([]);
    expect(account.refusals.length).toBeGreaterThan(0);

    for (const url of ['/livez', `/api/v1/ticket/${ticket}/`, '/api/v1/ticket/?status=1', '/import-map.json'])
      expect((await call(server.base, 'GET', url)).status).toBe(200);
    expect((await fetch(`${server.base}/stamp.js`)).status).toBe(200);
    expect(await faultsOf(server.base, ticket, account)).toEqual([]);
    expect(server.output()).toContain('the disk is nearly full');

    disk.makeRoom();
    await eventually(
      'changes are accepted',
      async () => (await call(server.base, 'POST', '/api/v1/ticket/', { title: 'there is room' })).status === 201,
    );
    expect((await call(server.base, 'GET', '/readyz')).status).toBe(200);
    expect(server.output()).toContain('the disk has space again');
    // It is the same Postgres: it never met the end of the disk.
    expect(postgresOf(folder)).toBe(postgres);
  },
  PROCESS_MS,
);
