// What browsers are told: pages get the full set, data the part that matters to it, refusals too.
import { startTestServer, type TestServer } from '../../../test/setup/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

const told = async (path: string, headers: Record<string, string> = {}): Promise<Record<string, string>> =>
  (await server.http.get(path).set(headers)).headers;

test.each([
  ['/', 1],
  ['/stream', 1],
  ['/docs', 3],
  ['/docs/', 3],
  ['/docs/index.html', 3],
])(
  '%s, a page, runs its own scripts only, by a nonce that is new each time, and is in no frame',
  async (path, count) => {
    const nonces = new Set<string>();
    for (let turn = 0; turn < 2; turn += 1) {
      const { headers, text } = await server.http.get(path).set('accept', 'text/html').expect(200);
      expect(headers['content-type']).toMatch(/^text\/html/);
      const [, nonce = ''] = /;script-src 'nonce-([\w+/]{24})';/.exec(headers['content-security-policy'] ?? '') ?? [];
      expect(nonce).not.toBe('');
      expect(text.split(`nonce="${nonce}"`)).toHaveLength(count + 1);
      expect(text.match(/<script\b/g)).toHaveLength(count);
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  },
);

test.each(['/nothing', '/cli/stamp.mjs', '/livez', '/snippet.html', '/stream/stream.js', '/docs/swagger-ui-init.js'])(
  '%s runs nothing where it is opened as a page',
  async (path) => {
    expect((await told(path))['content-security-policy']).toContain(";script-src 'none';");
  },
);

test.each([
  ['an object', '/api/v1/project/1/', {}, 'id'],
  ['a 404', '/api/v1/project/999/', {}, 'error_message'],
  ['a refusal before any handler', '/api/v1/project/1/', { host: 'elsewhere.example' }, 'error'],
])('%s of the API can be neither sniffed, nor run, nor embedded elsewhere', async (_what, path, headers, key) => {
  const answer = await server.http.get(path).set(headers);
  expect(answer.body).toHaveProperty(key);
  expect(answer.headers).toMatchObject({
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
});

test.each(['/modules/none/x.js', '/import-map.json?dev=T-1', '/stamp.js', '/p/default/stamp.js'])(
  '%s may be loaded by pages of other origins, even where it refuses',
  async (path) => {
    const headers = await told(path);
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('content-security-policy');
  },
);
