// promises.md, "Bad input", stored XSS: what people write is text in pages, and no script runs that isn't a file of ours.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const EVIL = `<img src=x onerror="alert(1)">'"&</title><script>alert(1)</script>`;

it.each(['/', '/stream', '/docs'])('%s shows what a ticket says as text', async (path) => {
  await server.http.post('/api/v1/ticket/').send({ title: EVIL }).expect(201);
  const page = await server.http.get(path).set('Accept', 'text/html').expect(200);
  expect(page.headers['content-type']).toMatch(/^text\/html/);
  expect(page.text).not.toMatch(/<img src=x|<script>alert/);
  if (path === '/') expect(page.text).toContain('&lt;img src=x onerror=');
  const [, scripts = ''] = /script-src ([^;]+)/.exec(page.headers['content-security-policy'] ?? '') ?? [];
  expect(scripts).not.toMatch(/unsafe|\*|https?:|data:/);
});

it('a link that runs something is refused', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'x' }).expect(201);
  const link = (url: string) =>
    server.http.post('/api/v1/ticketlink/').send({ ticket: body.resource_uri, url, kind: 'bug' });
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', ' javascript:alert(1)']) {
    const refused = await link(url).expect(400);
    expect(refused.body.ticketlink.url).toEqual([expect.any(String)]);
  }
  await link('https://bugs.example/1').expect(201);
});

it('a tile of the start page leads to as many tickets as it counts, a key to the ticket in the stream', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'Closed' }).expect(201);
  await server.http.post(`/api/v1/ticket/${body.id}/close/`).expect(200);
  await server.http.post('/api/v1/project/').send({ name: 'shop', display_name: 'The shop' }).expect(201);
  const theirs = await server.http
    .post('/api/v1/ticket/')
    .send({ title: 'Theirs', key: body.key, project: '/api/v1/project/2/' });
  const page = await server.http.get('/').set('Accept', 'text/html').expect(200);
  const [, href = '', count] = /<a href="([^"]+current_workflow_step=100)"><b>(\d+)</.exec(page.text) ?? [];
  const list = await server.http.get(href.replaceAll('&amp;', '&')).expect(200);
  expect(Number(count)).toBeGreaterThan(0);
  expect(list.body.meta.total_count).toBe(Number(count));
  expect(page.text).toContain('<a href="/stream?ticket=TKT-1">TKT-1</a>');
  expect(page.text).toContain(`<a href="/stream?ticket=${theirs.body.id}">${theirs.body.key}</a>`);
  for (const path of ['/', '/stream']) {
    const { text } = await server.http.get(path).set('Accept', 'text/html');
    expect(text).toContain('<link rel="icon" href="data:image/svg+xml,');
  }
});
