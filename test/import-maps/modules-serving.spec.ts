// GET /modules/…: as pages of any origin load modules, for ever, in parts, and never as a document.
import { DataSource } from 'typeorm';
import { aTicket } from '../builders/ticket.builder.js';
import { type FormFiles, hashOf, UploadsOf } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const SCRIPT = 'export const digits = "0123456789";';
const FILES: FormFiles = {
  'index.js': SCRIPT,
  'a.mjs': '',
  'b.cjs': 'module.exports = 1;',
  'c.json': '{}',
  'd.css': 'a{}',
  'e.wasm': Uint8Array.of(0, 97, 115, 109),
  'f.js.map': '{}',
  'g.txt': 'text',
  'h.PNG': 'png',
  'i.woff2': 'font',
  'page.html': '<script>alert(1)</script>',
  'img/pic.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  'feed.xml': '<x/>',
  'index.d.ts': 'export {}',
  LICENSE: 'MIT',
  'ünïcode & spaces (1)/@x+y.js': 'export default "x";',
};

let server: TestServer;
let folder: string;
let alone: string;

beforeAll(async () => {
  server = await startTestServer();
  const uploads = new UploadsOf(server, await aTicket(server));
  folder = new URL((await uploads.put({ name: 'kit' }, FILES)).body.modules[1].url).pathname;
  alone = new URL((await uploads.put({ specifier: 'digits' }, { 'digits.js': SCRIPT })).body.modules[0].url).pathname;
});

afterAll(() => server.stop());

it('is for ever, for pages of any origin, and says what it is', async () => {
  const reply = await server.http
    .get(alone)
    .set('Origin', 'https://app.example')
    .set('Sec-Fetch-Site', 'cross-site')
    .expect(200);
  expect(reply.text).toBe(SCRIPT);
  expect(reply.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-length': String(SCRIPT.length),
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
    etag: `"${hashOf(SCRIPT)}"`,
  });
  expect(reply.headers).not.toHaveProperty('content-disposition');
  expect(reply.headers).not.toHaveProperty('content-security-policy');
});

it.each([
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['b.cjs', 'text/javascript; charset=utf-8'],
  ['c.json', 'application/json'],
  ['d.css', 'text/css; charset=utf-8'],
  ['e.wasm', 'application/wasm'],
  ['f.js.map', 'application/json'],
  ['g.txt', 'text/plain; charset=utf-8'],
  ['h.PNG', 'image/png'],
  ['i.woff2', 'font/woff2'],
])('%s is %s', async (name, type) => {
  const { headers } = await server.http.get(folder + name).expect(200);
  expect([headers['content-type'], headers['content-disposition']]).toEqual([type, undefined]);
});

it.each([
  ['page.html', 'text/plain; charset=utf-8'],
  ['img/pic.svg', 'text/plain; charset=utf-8'],
  ['feed.xml', 'text/plain; charset=utf-8'],
  ['index.d.ts', 'text/plain; charset=utf-8'],
  ['LICENSE', 'application/octet-stream'],
])('%s is saved, never shown, as %s', async (name, type) => {
  const { headers } = await server.http.get(folder + name).expect(200);
  expect([headers['content-type'], headers['content-disposition'], headers['x-content-type-options']]).toEqual([
    type,
    `attachment; filename*=UTF-8''${name.split('/').at(-1)}`,
    'nosniff',
  ]);
});

it('is no document under another name either', async () => {
  const hash = hashOf(FILES['page.html']!);
  const { headers } = await server.http.get(`/modules/${hash}/x.html`).expect(200);
  expect(headers['content-disposition']).toMatch(/^attachment/);
});

it('has every name that was uploaded', async () => {
  const name = 'ünïcode & spaces (1)/@x+y.js';
  const encoded = name.split('/').map(encodeURIComponent).join('/');
  for (const url of [folder + encoded, folder + encoded.replace('%40', '@')])
    expect(await (await fetch(server.base + url)).text()).toBe('export default "x";');
});

describe('a part of it', () => {
  it.each([
    ['bytes=0-3', '0-3', SCRIPT.slice(0, 4)],
    ['bytes=30-', `30-${SCRIPT.length - 1}`, SCRIPT.slice(30)],
    ['bytes=-5', `${SCRIPT.length - 5}-${SCRIPT.length - 1}`, SCRIPT.slice(-5)],
    ['bytes=30-999', `30-${SCRIPT.length - 1}`, SCRIPT.slice(30)],
    ['bytes=-999', `0-${SCRIPT.length - 1}`, SCRIPT],
  ])('%s', async (range, said, text) => {
    const reply = await server.http.get(alone).set('Range', range).expect(206);
    expect([reply.text, reply.headers['content-range'], reply.headers['content-length']]).toEqual([
      text,
      `bytes ${said}/${SCRIPT.length}`,
      String(text.length),
    ]);
  });

  it.each([`bytes=${SCRIPT.length}-`, 'bytes=900-999', 'bytes=-0'])('%s is beyond it', async (range) => {
    const reply = await server.http.get(alone).set('Range', range).expect(416);
    expect([reply.headers['content-range'], reply.text]).toEqual([`bytes */${SCRIPT.length}`, '']);
  });

  it.each(['bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=a-b'])('%s gets the whole', async (range) => {
    expect((await server.http.get(alone).set('Range', range).expect(200)).text).toBe(SCRIPT);
  });

  it('only while it is what the client has', async () => {
    await server.http
      .get(alone)
      .set('Range', 'bytes=0-3')
      .set('If-Range', `"${hashOf(SCRIPT)}"`)
      .expect(206);
    await server.http.get(alone).set('Range', 'bytes=0-3').set('If-Range', '"other"').expect(200);
  });
});

it('is not sent to who has it, nor to who asks for its head', async () => {
  const etag = `"${hashOf(SCRIPT)}"`;
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const reply = await server.http.get(alone).set('If-None-Match', tag).expect(304);
    expect([reply.text, reply.headers.etag, reply.headers['cache-control']]).toEqual([
      '',
      etag,
      'public, max-age=31536000, immutable',
    ]);
  }
  await server.http.get(alone).set('If-None-Match', '"x"').expect(200);
  const head = await server.http.head(alone).expect(200);
  expect([head.text, head.headers['content-length'], head.headers['content-type'], head.headers.etag]).toEqual([
    undefined,
    String(SCRIPT.length),
    'text/javascript; charset=utf-8',
    etag,
  ]);
  expect((await server.http.get(`${folder}a.mjs`).expect(200)).text).toBe('');
});

it('answers a preflight, and refuses to be written to', async () => {
  const reply = await server.http
    .options(alone)
    .set('Origin', 'https://app.example')
    .set('Access-Control-Request-Method', 'GET');
  expect([
    reply.status,
    reply.headers['access-control-allow-origin'],
    reply.headers['access-control-allow-methods'],
  ]).toEqual([204, '*', 'GET, HEAD']);
  expect((await server.http.post(alone)).status).toBeGreaterThanOrEqual(400);
});

it.each([
  ['an unknown hash', () => `/modules/${'0'.repeat(64)}/x.js`],
  ['a short hash', () => '/modules/abc/x.js'],
  ['a hash in capitals', () => alone.toUpperCase().replace('/MODULES', '/modules')],
  ['an unknown file of a folder', () => `${folder}gone.js`],
  ['a folder', () => folder],
  ['a folder of a folder', () => `${folder}img/`],
  ['a file below a file', () => `${alone}/x.js`],
  ['a way out', () => `${folder}..%2f..%2f..%2fetc%2fpasswd`],
  ['an encoded way out', () => `/modules/${'%2e%2e%2f'.repeat(4)}etc/x.js`],
  ['the list of a folder', () => folder.slice(0, -1)],
  ['a name that is none', () => `${folder}a%00.js`],
])('%s is not there', async (_what, url) => {
  const reply = await server.http.get(url());
  expect([reply.status, reply.body.code]).toEqual([404, 'not_found']);
  expect(reply.headers['cache-control']).toBe('no-cache');
});

it('needs no database', async () => {
  await server.app.get(DataSource).destroy();
  expect((await server.http.get(alone).expect(200)).text).toBe(SCRIPT);
  expect((await server.http.get(`${folder}index.js`).expect(200)).text).toBe(SCRIPT);
});
