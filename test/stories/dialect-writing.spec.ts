// What a body may say and how it is taken (rest-api.md, section 4), field by field.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.http.post('/api/v1/ticket/').send({ title: 'first', owner: 'ann@example.com' }).expect(201);
});
afterAll(() => server.stop());

type Body = Record<string, unknown>;
const posted = async (resource: string, body: Body): Promise<Body> =>
  (await server.http.post(`/api/v1/${resource}/`).send(body).expect(201)).body as Body;
const faults = async (resource: string, body: Body): Promise<Body> => {
  const reply = (await server.http.post(`/api/v1/${resource}/`).send(body).expect(400)).body as Body;
  return reply[resource] as Body;
};

it('fills in what a ticket leaves out', async () => {
  expect(await posted('ticket', { title: 'bare' })).toEqual({
    id: 2,
    owner: '',
    title: 'bare',
    description: '',
    bug_id: null,
    current_workflow_step: '100',
    status: '000',
    key: 'TKT-2',
    project: '/api/v1/project/1/',
    stage: null,
    testsuites: [],
    base_image: '',
    version: 1,
    failed_at_step: null,
    failure: null,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
    updated_at: expect.any(String) as string,
    step_entered_at: expect.any(String) as string,
    closed_at: null,
    resource_uri: '/api/v1/ticket/2/',
  });
});

it('ignores unknown and read-only fields; an id in the body never redirects the write', async () => {
  const body = {
    id: 77,
    resource_uri: '/api/v1/ticket/1/',
    version: 50,
    created_at: 'x',
    closed_at: 'now',
    failure: {},
    nonsense: { a: 1 },
  };
  const made = await posted('ticket', { ...body, title: 'mine' });
  expect(made).toMatchObject({ version: 1, failure: null, closed_at: null });
  expect(made.id).not.toBe(77);
  const url = `/api/v1/ticket/${String(made.id)}/`;
  const changed = await server.http
    .patch(url)
    .send({ ...body, id: 1, title: 'still mine' })
    .expect(202);
  expect(changed.body).toMatchObject({ id: made.id, title: 'still mine', version: 2 });
  await server.http.put(url).send({ id: 1, title: 'put' }).expect(200);
  expect((await server.http.get('/api/v1/ticket/1/')).body).toMatchObject({ title: 'first', version: 1 });
  await server.http.get('/api/v1/ticket/77/').expect(404);
});

it('takes __proto__ and constructor for the unknown fields that they are', async () => {
  const text =
    '{"title": "p", "__proto__": {"title": "q", "owner": "evil@example.com"}, "constructor": {"prototype": {"status": "999"}}}';
  const reply = await server.http
    .post('/api/v1/ticket/')
    .set('Content-Type', 'application/json')
    .send(text)
    .expect(201);
  expect(reply.body).toMatchObject({ title: 'p', owner: '', status: '000' });
  const inherited = '{"__proto__": {"title": "only inherited"}}';
  await server.http.post('/api/v1/ticket/').set('Content-Type', 'application/json').send(inherited).expect(400);
  expect(({} as Body).status).toBeUndefined();
});

it('names each required field that is missing', async () => {
  const missing = (field: string): string[] => [
    `The '${field}' field has no data and doesn't allow a default or null value.`,
  ];
  expect(await faults('ticket', {})).toEqual({ title: missing('title') });
  expect(await faults('sourcepackage', {})).toEqual({ name: missing('name') });
  expect(await faults('person', {})).toEqual({ name: missing('name'), email: missing('email') });
  expect(await faults('spu', {})).toEqual({ sourcepackage: missing('sourcepackage'), version: missing('version') });
  expect(await faults('subticket', {})).toMatchObject({ ticket: missing('ticket') });
  expect(Object.keys(await faults('ticketartifact', {}))).toEqual(['name', 'ticket', 'reference', 'type']);
});

it('refuses null where there is none, and takes it where there is', async () => {
  const none = (field: string): string[] => [`The '${field}' field doesn't allow a null value.`];
  expect(await faults('ticket', { title: null, owner: null, status: null })).toEqual({
    title: none('title'),
    owner: none('owner'),
    status: none('status'),
  });
  expect(await faults('person', { name: 'x', email: 'x@example.com', is_team: null })).toEqual({
    is_team: none('is_team'),
  });
  expect(await posted('ticket', { title: 'no bug', bug_id: null })).toMatchObject({ bug_id: null });
  await server.http.patch('/api/v1/ticket/1/').send({ title: null }).expect(400);
});

it('takes numbers for texts, and texts or numbers for steps and statuses, which leave as texts', async () => {
  expect(await posted('ticket', { title: 7, bug_id: 12345 })).toMatchObject({ title: '7', bug_id: '12345' });
  expect(await posted('ticket', { title: 's', current_workflow_step: 200, status: 5 })).toMatchObject({
    current_workflow_step: '200',
    status: '005',
  });
  expect(await posted('ticket', { title: 's', current_workflow_step: '300', status: '1000' })).toMatchObject({
    current_workflow_step: '300',
    status: '1000',
  });
  expect(await posted('ticket', { title: 's', status: '7' })).toMatchObject({ status: '007' });
});

it('refuses steps that the workflow has not, statuses out of range, and other types', async () => {
  expect(await faults('ticket', { title: 's', current_workflow_step: '250' })).toEqual({
    current_workflow_step: [expect.stringContaining('100 (Queued)') as string],
  });
  for (const status of ['1001', -1, '-1', 'done', '', 1.5, true, {}, [], '0x10']) {
    expect(Object.keys(await faults('ticket', { title: 's', status }))).toEqual(['status']);
  }
  for (const step of ['', 'Queued', true, {}, [100]]) {
    expect(Object.keys(await faults('ticket', { title: 's', current_workflow_step: step }))).toEqual([
      'current_workflow_step',
    ]);
  }
  for (const title of [true, {}, [], ['x']])
    expect(await faults('ticket', { title })).toEqual({ title: expect.any(Array) as string[] });
});

it('takes the texts of booleans for booleans', async () => {
  const team = async (is_team: unknown): Promise<unknown> =>
    (await posted('person', { name: 'n', email: 'n@example.com', is_team })).is_team;
  for (const yes of [true, 'true', 'True', 1, '1']) expect(await team(yes)).toBe(true);
  for (const no of [false, 'false', 'False', 0, '0']) expect(await team(no)).toBe(false);
  for (const neither of ['', 'no', 2, {}, []]) {
    expect(await faults('person', { name: 'n', email: 'n@example.com', is_team: neither })).toEqual({
      is_team: ['Enter true or false.'],
    });
  }
});

it('refuses texts that are too long, at the very character', async () => {
  const limits: [string, string, number, Body][] = [
    ['ticket', 'title', 4096, {}],
    ['person', 'name', 4096, { email: 'x@example.com' }],
    ['sourcepackage', 'name', 500, {}],
    ['spu', 'version', 4096, { sourcepackage: '/api/v1/sourcepackage/1/' }],
  ];
  await posted('sourcepackage', { name: 'apt' });
  for (const [resource, field, most, rest] of limits) {
    expect((await posted(resource, { ...rest, [field]: 'x'.repeat(most) }))[field]).toHaveLength(most);
    expect(await faults(resource, { ...rest, [field]: 'x'.repeat(most + 1) })).toEqual({
      [field]: [`Ensure this value has at most ${most} characters.`],
    });
  }
  const long = `${'x'.repeat(64)}@${'y'.repeat(60)}.${'z'.repeat(60)}.example.com`;
  expect(await posted('ticket', { title: 'x', owner: long })).toMatchObject({ owner: long });
  expect(await faults('ticket', { title: 'x', owner: `${'y'.repeat(190)}@example.com` })).toHaveProperty('owner');
});

it('keeps names that fill an index with incompressible characters', async () => {
  const name = Array.from({ length: 250 }, (_, index) =>
    String.fromCodePoint(0x20000 + ((index * 7919) % 40_000)),
  ).join('');
  expect(await posted('sourcepackage', { name })).toMatchObject({ name });
});

it('refuses e-mails and URLs that are none, and a blank name', async () => {
  for (const email of ['x', 'x@', '@example.com', 'a b@example.com', 'x@example.com\nBcc: y', 'x@exa mple.com', 7]) {
    expect(await faults('person', { name: 'n', email })).toEqual({ email: ['Enter a valid e-mail address.'] });
  }
  expect(await posted('person', { name: 'n', email: 'jörg@localhost' })).toMatchObject({ email: 'jörg@localhost' });
  for (const reference of ['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example/', '/path', 'x', '']) {
    const artifact = { name: 'a', ticket: 1, type: 'LOGS', reference };
    expect(await faults('ticketartifact', artifact)).toEqual({ reference: ['Enter a valid http or https URL.'] });
  }
  expect(await faults('sourcepackage', { name: '  ' })).toEqual({ name: ['Enter a name.'] });
});

it('refuses NUL characters and half surrogate pairs, and keeps whole ones', async () => {
  for (const title of ['a\u0000b', '\ud800', 'x\udc00y']) {
    expect(await faults('ticket', { title })).toHaveProperty('title');
    const patch = await server.http
      .patch('/api/v1/ticket/1/')
      .set('Content-Type', 'application/json')
      .send(JSON.stringify({ title }));
    expect(patch.status).toBe(400);
  }
  expect(await posted('ticket', { title: '🎫 \u202e"quoted" \\ \n' })).toMatchObject({
    title: '🎫 \u202e"quoted" \\ \n',
  });
});

it('points at the likely typo where a status update names no status', async () => {
  const reply = await server.http
    .patch('/api/v1/updateticketstatus/1/')
    .send({ current_workflow_setp: '200' })
    .expect(400);
  expect((reply.body as { error: string }).error).toContain(
    "Did 'current_workflow_setp' mean 'current_workflow_step'?",
  );
  const nothing = await server.http.patch('/api/v1/updateticketstatus/1/').send({}).expect(400);
  expect((nothing.body as { error: string }).error).toContain('neither current_workflow_step nor status');
});

it('changes nothing and appends nothing where a PATCH repeats what is', async () => {
  const before = await server.sql<{ count: string }>('SELECT count(*) FROM event');
  const reply = await server.http
    .patch('/api/v1/ticket/1/')
    .send({ title: 'first', owner: 'ann@example.com', status: '000' })
    .expect(202);
  expect(reply.body).toMatchObject({ version: 1 });
  await server.http.patch('/api/v1/ticket/1/').send({}).expect(202);
  expect(await server.sql('SELECT count(*) FROM event')).toEqual(before);
});
