// stamp project: settings are written as a whole, and nobody's are lost.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { stamp } from './stamp.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const run = (line: string | readonly string[], url = server.base) => stamp(line, { url });
const settings = async (name = 'default'): Promise<unknown> =>
  JSON.parse((await run(`project show ${name} --json=settings`)).stdout).settings;

test('a project is made, listed and shown', async () => {
  const made = await run(['project', 'new', 'shop', '--title', 'The shop']);
  expect(made).toEqual({ code: 0, stdout: 'shop\n', stderr: '' });
  expect((await run('project list')).stdout.split('\n')).toEqual(['default\tDefault\t', 'shop\tThe shop\t', '']);
  const shown = await run('project show shop');
  expect(shown.stdout.split('\n')).toEqual([
    'project\tshop (The shop)',
    'stage dev\tstep 200',
    'stage qa\tstep 400',
    'stage prod\tstep 1000, production, release 0',
    '',
  ]);
  expect((await run('--project shop project show')).stdout).toBe(shown.stdout);
});

test('settings change one at a time, and the others stay', async () => {
  expect((await run('project set overlap=block retention_days=14')).code).toBe(0);
  expect((await run('project set preview_origins=https://a.example,https://b.example')).code).toBe(0);
  expect(await settings()).toEqual({
    overlap: 'block',
    retention_days: 14,
    preview_origins: ['https://a.example', 'https://b.example'],
  });
  expect((await run(['project', 'set', 'overlap=', 'preview_origins={"qa": ["https://qa.example"]}'])).code).toBe(0);
  expect(await settings()).toEqual({ retention_days: 14, preview_origins: { qa: ['https://qa.example'] } });
  expect((await run('project set display_name=Ours')).code).toBe(0);
  expect((await run('project show --json=display_name,settings.retention_days')).stdout).toBe(
    '{"display_name":"Ours","settings.retention_days":14}\n',
  );
});

test.each([
  ['project set overlap=sometimes', 1, 'overlap must be warn or block.'],
  ['project set no_such=1', 1, "Unknown setting 'no_such'."],
  ['project set overlap', 2, "'overlap' is not in the form key=value, such as overlap=block."],
  ['project set stages=[1', 2, 'must be JSON'],
  ['project show nope', 7, "There is no project 'nope'. stamp project list shows the projects"],
  ['project new The_Shop', 2, 'lower-case letters'],
  ['project new default', 6, 'default'],
  ['project', 2, 'stamp project is followed by one of: list, show, set, new.'],
  ['project sho', 2, "Did you mean 'stamp project show'?"],
])('stamp %s ends with %i', async (line, code, says) => {
  expect(await run(line)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
});

async function changeFirst(retention_days: number): Promise<void> {
  const { body } = await server.http.get('/api/v1/project/1/').expect(200);
  await server.http
    .patch('/api/v1/project/1/')
    .set('If-Match', `"${body.version}"`)
    .send({ settings: { overlap: 'warn', retention_days } })
    .expect(202);
}

/** Passes on what comes, and lets somebody else be first before the first PATCHes. */
async function overtaking(times: number, use: (url: string) => Promise<void>): Promise<void> {
  let left = times;
  const between = http.createServer((request, reply) => {
    void (async () => {
      if (request.method === 'PATCH' && left-- > 0) await changeFirst(20 + left);
      const upstream = http.request(server.base + (request.url ?? ''), {
        method: request.method,
        headers: request.headers,
      });
      upstream.on('response', (answer) => answer.pipe(reply.writeHead(answer.statusCode ?? 502, answer.headers)));
      request.pipe(upstream);
    })();
  });
  await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
  await use(`http://127.0.0.1:${(between.address() as AddressInfo).port}`);
  between.closeAllConnections();
  between.close();
}

test('who is overtaken reads again, once, and loses nobody’s change', async () => {
  await run('project set workflow_mode=free overlap= preview_origins= retention_days=');
  await overtaking(1, async (url) => {
    expect((await run('project set workflow_mode=strict', url)).code).toBe(0);
    expect(await settings()).toEqual({ workflow_mode: 'strict', overlap: 'warn', retention_days: 20 });
  });
  await overtaking(2, async (url) => {
    expect((await run('project set workflow_mode=free', url)).code).toBe(6);
  });
});
