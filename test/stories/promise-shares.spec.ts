// promises.md, 10: one client alone can't take all streams, waits and downloads that a server has.
import type net from 'node:net';
import type { Config } from '../../src/config.js';
import { bearer, startGuarded } from '../access/world.js';
import { upload } from '../builders/modules.js';
import { closedBy, connectTo, requestText } from '../setup/raw-http.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const SHARES = { streams: 3, waits: 3, downloads: 3 };
const opened: net.Socket[] = [];
let server: TestServer;
let moduleUrl: string;
beforeAll(async () => {
  server = await startTestServer({ shares: SHARES });
  moduleUrl = await withLargeModule(server);
}, 60_000);
afterEach(() => opened.splice(0).forEach((socket) => socket.destroy()));
afterAll(() => server.stop());

async function withLargeModule(on: TestServer, headers: Record<string, string> = {}): Promise<string> {
  const ticket = await on.http.post('/api/v1/ticket/').set(headers).send({ title: 'large' }).expect(201);
  const file = { 'large.js': Buffer.alloc(24 * 1024 * 1024, '// 3\n') };
  const { body } = await upload(on, ticket.body.id, { specifier: 'large' }, file, headers);
  return new URL(body.modules[0].url).pathname;
}

/** Opens a request, and resolves to its reply's status, or 'open' where none came: nothing more of it is read. */
function open(on: TestServer, path: string, headers: Record<string, string> = {}): Promise<number | 'open'> {
  const socket = connectTo(on.base);
  opened.push(socket);
  socket.on('error', () => undefined);
  socket.write(requestText(`GET ${path}`, headers));
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('open'), 1500);
    socket.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      socket.pause();
      resolve(Number(chunk.toString('latin1').split(' ')[1]));
    });
  });
}

const KINDS: readonly (readonly [keyof Config['shares'], () => string])[] = [
  ['streams', () => '/stream'],
  ['waits', () => '/api/v1/ticket/1/?wait=20&until=step>=500'],
  ['downloads', () => moduleUrl],
];

describe.each(KINDS)('%s of one address', (kind, path) => {
  it('are counted, refused beyond the share, and free again when they end', async () => {
    const all = await Promise.all(Array.from({ length: 3 }, () => open(server, path())));
    expect(all).toEqual(all.map(() => (kind === 'waits' ? 'open' : 200)));
    const socket = connectTo(server.base);
    socket.write(requestText(`GET ${path()}`));
    const refused = await closedBy(socket);
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatch(/^retry-after: [1-9]/im);
    expect(refused.headers).not.toMatch(/^(etag|content-range|content-disposition|cache-control: public)/im);
    expect(JSON.parse(refused.body)).toMatchObject({
      code: `share.${kind}`,
      limit: 3,
      error: expect.stringMatching(/^3 .*127\.0\.0\.1.*STAMPLINE_MAX_/),
    });
    // Other kinds and short requests are not its business.
    await server.http.get('/api/v1/ticket/').expect(200);
    for (const [other, otherPath] of KINDS) {
      if (other !== kind) expect(await open(server, otherPath())).toBe(other === 'waits' ? 'open' : 200);
    }
    opened.splice(0).forEach((one) => one.destroy());
    let again: number | 'open' = 429;
    while (again === 429) again = await open(server, path());
    expect(again).toBe(kind === 'waits' ? 'open' : 200);
  }, 30_000);
});

it('short replies of the same routes are not counted', async () => {
  for (let turn = 0; turn < 3; turn += 1) expect(await open(server, moduleUrl)).toBe(200);
  expect(await open(server, moduleUrl, { 'If-None-Match': '*' })).not.toBe(429);
  expect((await server.http.head(moduleUrl)).status).not.toBe(500);
  expect(await open(server, '/stream', { Accept: 'text/html' })).toBe(200);
});

it('addresses are as a trusted proxy says, an IPv6 machine is its network, and nobody else says any', async () => {
  const proxied = await startGuarded(true, { shares: SHARES, trustedProxies: ['127.0.0.1'] });
  const from = (address: string): Promise<number | 'open'> =>
    open(proxied, '/stream', { 'X-Forwarded-For': address, 'X-Forwarded-Proto': 'https' });
  try {
    const many = await Promise.all([1, 2, 3].map(() => from('203.0.113.7')));
    expect(many).toEqual([200, 200, 200]);
    expect(await from('203.0.113.7')).toBe(429);
    expect(await from('::ffff:203.0.113.7')).toBe(429);
    // What a client puts before the proxy's own word is only the client's.
    expect(await from('198.51.100.1, 203.0.113.7')).toBe(429);
    expect(await from('203.0.113.8')).toBe(200);
    const neighbours = await Promise.all([1, 2, 3].map((last) => from(`2001:db8:1:2::${last}`)));
    expect(neighbours).toEqual([200, 200, 200]);
    expect(await from('2001:db8:1:2:ffff::1')).toBe(429);
    expect(await from('2001:db8:1:3::1')).toBe(200);
  } finally {
    await proxied.stop();
  }
  expect(await open(server, '/stream', { 'X-Forwarded-For': '203.0.113.7' })).toBe(403);
}, 30_000);

it('a token has its share from wherever it is used', async () => {
  const guarded = await startGuarded(false, { shares: SHARES, trustedProxies: ['127.0.0.1'] });
  try {
    const [busy, calm] = [await guarded.token(['read'], 'busy'), await guarded.token(['read'], 'calm')];
    const call = (token: string, last: number): Promise<number | 'open'> =>
      open(guarded, '/stream', {
        [bearer(token)[0]]: bearer(token)[1],
        'X-Forwarded-For': `203.0.113.${last}`,
        'X-Forwarded-Proto': 'https',
      });
    for (const last of [1, 2, 3]) expect(await call(busy.token, last)).toBe(200);
    expect(await call(busy.token, 4)).toBe(429);
    expect(await call(calm.token, 4)).toBe(200);
  } finally {
    await guarded.stop();
  }
}, 30_000);
