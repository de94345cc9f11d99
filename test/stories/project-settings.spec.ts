// project: slugs, validated and audited settings under If-Match, and `default`, which stays.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.stop());

interface Project {
  id: number;
  name: string;
  version: number;
  settings: Record<string, unknown>;
  resource_uri: string;
}
const post = (body: object) => server.http.post('/api/v1/project/').send(body);
const aProject = async (body: object = {}): Promise<Project> =>
  (await post({ name: 'mine', ...body }).expect(201)).body as Project;
const patch = (id: number, body: object, ifMatch?: string) => {
  const request = server.http.patch(`/api/v1/project/${id}/`);
  return (ifMatch === undefined ? request : request.set('If-Match', ifMatch)).send(body);
};
const read = async (id: number): Promise<Project> =>
  (await server.http.get(`/api/v1/project/${id}/`).expect(200)).body as Project;

it('has slugs for names, each once', async () => {
  for (const name of ['a', 'my-project', 'x86-64', '7zip'])
    expect(await aProject({ name })).toMatchObject({ name, settings: {}, version: 1 });
  for (const name of ['', 'My', 'a b', '-a', 'a-', 'a--b', 'a_b', 'ä', 'a/b', 'x'.repeat(101)]) {
    expect((await post({ name }).expect(400)).body).toMatchObject({ project: { name: [expect.any(String)] } });
  }
  expect((await post({ name: 'a' }).expect(409)).body).toMatchObject({
    code: 'project.taken',
    error: expect.stringContaining("'a'"),
  });
  const other = await aProject({ name: 'other' });
  expect((await patch(other.id, { name: 'a' }).expect(409)).body).toMatchObject({ code: 'project.taken' });
  expect((await patch(other.id, { name: 'renamed' }).expect(202)).body).toMatchObject({ name: 'renamed', version: 2 });
});

it('names the known settings where one is unknown, whatever its name', async () => {
  for (const key of ['workflow', 'WORKFLOW_MODE', '', 'constructor', 'hasOwnProperty', '__proto__', 'toString']) {
    const settings = JSON.parse(`{"workflow_mode": "free", ${JSON.stringify(key)}: 1}`) as object;
    const reply = await post({ name: 'unknown', settings }).expect(400);
    const [text] = (reply.body as { project: { settings: string[] } }).project.settings;
    expect(text).toBe(
      `Unknown setting '${key}'. Known: workflow_mode, stages, overlap, url_safe_list, relative_addresses, modules_url, preview_origins, page, open_previews, deployer_environments, entries, policies, retention_days, quotas.`,
    );
  }
});

it('takes what is valid', async () => {
  const settings = {
    workflow_mode: 'strict',
    stages: [
      { name: 'dev', step: 200 },
      { name: 'qa-2', step: 400, title: 'Quality' },
      { name: 'prod', step: 1000 },
    ],
    overlap: 'block',
    url_safe_list: ['https://cdn.example.com/modules/', 'http://127.0.0.1:9000/'],
    preview_origins: ['https://qa.example.com', 'http://localhost:3000', 'http://[::1]:80'],
    deployer_environments: { stage: 'prod', 'Production.EU': 'prod' },
    relative_addresses: true,
    modules_url: 'https://cdn.example.com/shop',
    page: 'https://qa.example.com/app/',
    retention_days: 7,
  };
  expect((await aProject({ settings })).settings).toEqual(settings);
  expect((await aProject({ name: 'empty', settings: { url_safe_list: [], preview_origins: [] } })).settings).toEqual({
    url_safe_list: [],
    preview_origins: [],
  });
});

const DEV = { name: 'dev', step: 200 };
const LIVE = { name: 'prod', step: 1000 };

it.each([
  ['workflow_mode', ['Strict', '', 1, true, null, ['strict'], {}]],
  [
    'stages',
    [
      [],
      ['dev', 'prod'],
      [LIVE],
      [DEV, DEV, LIVE],
      [DEV, { name: 'prod', step: 500 }],
      [DEV, { name: 'early', step: 1000 }, LIVE],
      [{ name: 'qa', step: 400 }, DEV, LIVE],
      [{ name: 'A', step: 200 }, LIVE],
      [{ name: '1a', step: 200 }, LIVE],
      [{ name: '', step: 200 }, LIVE],
      [{ name: 1, step: 200 }, LIVE],
      [{ name: 'x'.repeat(32), step: 200 }, LIVE],
      ...['release', 'at', 'env', 'lenient'].map((name) => [{ name, step: 200 }, LIVE]),
      [{ name: 'dev' }, LIVE],
      [{ name: 'dev', step: '200' }, LIVE],
      [{ name: 'dev', step: 250 }, LIVE],
      [{ name: 'dev', step: 999 }, LIVE],
      [{ ...DEV, title: '' }, LIVE],
      [{ ...DEV, title: 'x'.repeat(101) }, LIVE],
      [{ ...DEV, title: '\0' }, LIVE],
      [{ ...DEV, colour: 'red' }, LIVE],
      [null, LIVE],
      [[], LIVE],
      'dev',
      {},
      null,
      [...Array.from({ length: 10 }, (_, n) => ({ name: `s${n}`, step: 200 })), LIVE],
    ],
  ],
  ['overlap', ['allow', null, 1]],
  ['relative_addresses', ['true', null, 1]],
  [
    'page',
    [
      '',
      'qa.example',
      'javascript:alert(1)',
      'https://me@qa.example/',
      'https://qa.example/?x=1',
      'https://qa.example/#x',
      'https://[',
      7,
      null,
      `https://a/${'x'.repeat(2048)}`,
    ],
  ],
  [
    'deployer_environments',
    [
      { stage: 'live' },
      { stage: 'dev' },
      { stage: null },
      { stage: ['prod'] },
      { dev: 'prod' },
      { prod: 'prod' },
      { default: 'prod' },
      { '': 'prod' },
      { 'a:b': 'prod' },
      { ' stage': 'prod' },
      JSON.parse('{"__proto__": "prod"}'),
      { ['x'.repeat(101)]: 'prod' },
      Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`e${n}`, 'prod'])),
      ['stage'],
      'stage',
      null,
    ],
  ],
  [
    'url_safe_list',
    [
      ['ftp://x/'],
      ['javascript:x'],
      [''],
      [1],
      [null],
      'https://x/',
      [`https://x/${'y'.repeat(2048)}`],
      ['https://x/\0'],
      ['https://x/\ud800'],
      Array.from({ length: 101 }, () => 'https://x/'),
    ],
  ],
  [
    'preview_origins',
    [
      ['https://x/'],
      ['https://x?y'],
      ['x'],
      ['*'],
      ['https://a b'],
      ['https://x\0'],
      ['https://user@x'],
      [1],
      { qa: 'https://x' },
      { qa: ['https://x/'] },
      { QA: ['https://x'] },
      'https://x',
      Array.from({ length: 101 }, () => 'https://x'),
    ],
  ],
  ['retention_days', [6, 31, 7.5, '7', null, [7]]],
])('refuses a wrong %s', async (name, values) => {
  for (const value of values) {
    const reply = await post({ name: 'wrong', settings: { [name]: value } });
    expect([value, reply.status, reply.body]).toEqual([
      value,
      400,
      expect.objectContaining({ project: { settings: [expect.any(String)] } }),
    ]);
  }
  expect(await server.sql("SELECT 1 FROM project WHERE name = 'wrong'")).toEqual([]);
});

it('refuses settings that are no object', async () => {
  for (const settings of [null, [], 'free', 1, true]) {
    expect((await post({ name: 'none', settings }).expect(400)).body).toMatchObject({
      project: { settings: [expect.any(String)] },
    });
  }
});

it('changes settings only for those who say what they saw', async () => {
  const { id } = await aProject({ settings: { overlap: 'warn' } });
  const settings = { workflow_mode: 'strict' };
  expect((await patch(id, { settings }).expect(428)).body).toMatchObject({
    code: 'if_match.required',
    error: expect.stringContaining('If-Match'),
  });
  await server.http.put(`/api/v1/project/${id}/`).send({ name: 'mine', settings }).expect(428);
  await server.http
    .patch('/api/v1/project/')
    .send({ objects: [{ resource_uri: `/api/v1/project/${id}/`, settings }] })
    .expect(428);
  await patch(id, { settings }, '"7"').expect(412);
  expect(await read(id)).toMatchObject({ version: 1, settings: { overlap: 'warn' } });
  // What is the same already is no change.
  expect((await patch(id, { settings: { overlap: 'warn' }, description: 'd' }).expect(202)).body).toMatchObject({
    version: 2,
  });
  const changed = await patch(id, { settings }, '"2"').expect(202);
  expect([changed.headers.etag, (changed.body as Project).settings]).toEqual(['"3"', settings]);
  await patch(id, { settings: {} }, '"2"').expect(412);
  expect((await patch(id, { settings: {} }, '*').expect(202)).body).toMatchObject({ version: 4, settings: {} });
  const replies = await Promise.all(
    ['warn', 'block', 'warn', 'block'].map((overlap) => patch(id, { settings: { overlap } }, '"4"')),
  );
  expect(replies.map(({ status }) => status).sort()).toEqual([202, 412, 412, 412]);
});

it('writes each change of settings into the log with before and after', async () => {
  const { id } = await aProject({ settings: { stages: [DEV, LIVE], overlap: 'warn' } });
  await patch(id, { settings: { overlap: 'block', stages: [DEV, LIVE] }, display_name: 'Mine' }, '*').expect(202);
  await patch(id, { settings: { stages: [DEV, LIVE], overlap: 'block' } }, '*').expect(202);
  const events = await server.sql(
    "SELECT type, actor, project_id, version, data FROM event WHERE subject = 'project/' || $1 ORDER BY id",
    [id],
  );
  expect(events).toMatchObject([
    { type: 'project.created', project_id: id, version: 1 },
    {
      type: 'project.changed',
      actor: 'local',
      project_id: id,
      version: 2,
      data: {
        before: { display_name: '', settings: { stages: [DEV, LIVE], overlap: 'warn' } },
        after: { display_name: 'Mine', settings: { stages: [DEV, LIVE], overlap: 'block' } },
      },
    },
  ]);
  expect(events).toHaveLength(2);
});

it('neither deletes nor renames default', async () => {
  const { id } = (await server.http.get('/api/v1/project/?name=default').expect(200)).body.objects[0] as Project;
  expect((await server.http.delete(`/api/v1/project/${id}/`).expect(409)).body).toMatchObject({
    code: 'project.default_stays',
  });
  expect((await patch(id, { name: 'renamed' }).expect(409)).body).toMatchObject({ code: 'project.default_stays' });
  await server.http.delete('/api/v1/project/?confirm=all').expect(409);
  await server.http.put(`/api/v1/project/${id}/`).send({ name: 'renamed' }).expect(409);
  await patch(id, { name: 'default', description: 'changes otherwise' }).expect(202);
  await server.http.post('/api/v1/ticket/').send({ title: 't' }).expect(201);
  expect((await server.http.delete(`/api/v1/project/${id}/`).expect(409)).body).toMatchObject({
    error: expect.stringMatching(/default|ticket/),
  });
});

it('is strict at once when its settings say so, and free again', async () => {
  const { id } = await aProject({ settings: { workflow_mode: 'free' } });
  const ticket = (await server.http.post('/api/v1/ticket/').send({ title: 't', project: id }).expect(201)).body as {
    id: number;
  };
  const other = (await server.http.post('/api/v1/ticket/').send({ title: 't' }).expect(201)).body as { id: number };
  const move = (to: number, step: string) =>
    server.http.patch(`/api/v1/updateticketstatus/${to}/`).send({ current_workflow_step: step });
  await move(ticket.id, '300').expect(202);
  await move(ticket.id, '100').expect(202);
  await patch(id, { settings: { workflow_mode: 'strict' } }, '"1"').expect(202);
  await move(ticket.id, '300').expect(409);
  await server.http.patch(`/api/v1/ticket/${ticket.id}/`).send({ current_workflow_step: '300' }).expect(409);
  await move(ticket.id, '200').expect(202);
  await move(other.id, '300').expect(202);
  await patch(id, { settings: {} }, '"2"').expect(202);
  await move(ticket.id, '500').expect(202);
});
