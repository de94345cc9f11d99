// stamp.js as it is sent: what it carries, that nothing in it can break out, and the snippet. What it does in pages is
// tested in browsers.
import vm from 'node:vm';
import { snippetOf } from '../../src/import-maps/serving/snippet.js';
import { pageScriptText } from '../../src/import-maps/serving/page-script-text.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const STAGES = [
  { name: 'dev', step: 200, title: 'dev' },
  { name: 'prod', step: 1000, title: 'prod' },
];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('is a classic script of one call, and carries the map as it is', () => {
  const map = '{"imports":{"</script><!--\u2028":"https://cdn.example/x.js"}}';
  const text = pageScriptText({
    project: 'p',
    base: 'https://stamp.example',
    map,
    stages: STAGES,
    previews: undefined,
  });
  expect(() => new vm.Script(text)).not.toThrow();
  expect(text).not.toContain('</script>');
  expect(text).not.toContain('<!--');
  expect(text).not.toMatch(/\beval\b|new Function|innerHTML/);
  const config: unknown = JSON.parse(text.slice(text.lastIndexOf('})(') + 3, text.lastIndexOf(');')));
  expect(config).toEqual({
    project: 'p',
    base: 'https://stamp.example',
    map,
    previews: [],
    stages: [
      { name: 'dev', title: 'dev' },
      { name: 'prod', title: 'prod' },
    ],
  });
});

it('is for anybody, revalidated, and 304 to who has it until production changes', async () => {
  const reply = await server.http.get('/stamp.js').expect(200);
  expect(reply.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-cache',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  const known = { 'If-None-Match': String(reply.headers.etag) };
  for (let time = 0; time < 3; time++) await server.http.get('/stamp.js').set(known).expect(304);
  await server.http
    .patch('/services?skip_url_check')
    .send({ service: 'a', url: 'https://cdn.example/a.js' })
    .expect(200);
  expect((await server.http.get('/stamp.js').set(known).expect(200)).text).toContain('https://cdn.example/a.js');
});

it('is refused through a proxy and for a foreign Host, however often it was sent', async () => {
  for (const path of ['/stamp.js', '/import-map.json']) {
    for (let time = 0; time < 3; time++) await server.http.get(path).expect(200);
    await server.http.get(path).set('X-Forwarded-For', '10.0.0.1').expect(403);
    await server.http.get(path).set('Host', 'evil.example').expect(421);
  }
});

it('says its origin, and that of a project its path', async () => {
  await server.http.post('/api/v1/project/').send({ name: 'shop' }).expect(201);
  expect((await server.http.get('/stamp.js')).text).toContain(`"base":"${server.base}"`);
  expect((await server.http.get('/p/shop/stamp.js')).text).toContain(`"base":"${server.base}/p/shop"`);
});

it('comes with a snippet, whose fallback is marked for it', async () => {
  const reply = await server.http.get('/p/shop/snippet.html').expect(200);
  expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(reply.text).toBe(snippetOf(server.base, 'shop', '{"imports":{}}'));
  expect(snippetOf('https://s.example', 'default', '{"imports":{"</script>":"x"}}', 'a"b')).toBe(
    '<script src="https://s.example/stamp.js" nonce="a&quot;b"></script>\n' +
      '<script type="importmap" data-stamp-fallback nonce="a&quot;b">{"imports":{"\\u003c/script>":"x"}}</script>\n',
  );
});
