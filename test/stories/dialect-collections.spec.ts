// What collections show beside their lists (rest-api.md, section 1): schema, sets, the index; known names; shared ids.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (const title of ['one', 'two', 'three']) await server.http.post('/api/v1/ticket/').send({ title }).expect(201);
});
afterAll(() => server.stop());

interface Schema {
  fields: Record<string, Record<string, unknown>>;
  filtering: Record<string, string[]>;
  ordering: string[];
  allowed_list_http_methods: string[];
  allowed_detail_http_methods: string[];
}

const schemaOf = async (resource: string): Promise<Schema> =>
  (await server.http.get(`/api/v1/${resource}/schema/`).expect(200)).body as Schema;

it('lists every resource with its list and its schema', async () => {
  const index = (await server.http.get('/api/v1/').expect(200)).body as Record<
    string,
    { list_endpoint: string; schema: string }
  >;
  const names = [
    'ticket',
    'fullticket',
    'opentickets',
    'ticketstatus',
    'updateticketstatus',
    'updatesubticketstatus',
    'subticket',
  ];
  names.push('spu', 'sourcepackage', 'binarypackage', 'ticketartifact', 'subticketartifact', 'person', 'project');
  expect(Object.keys(index)).toEqual(expect.arrayContaining(names));
  expect(index.ticket).toEqual({ list_endpoint: '/api/v1/ticket/', schema: '/api/v1/ticket/schema/' });
  for (const { schema } of Object.values(index)) await server.http.get(schema).expect(200);
});

it("describes the fields of a resource in Tastypie's words", async () => {
  const { fields } = await schemaOf('ticket');
  expect(fields.title).toMatchObject({
    type: 'string',
    nullable: false,
    blank: false,
    readonly: false,
    unique: false,
    max_length: 4096,
    default: 'No default provided.',
  });
  expect(fields.title?.help_text).toEqual(expect.stringMatching(/\w/));
  expect(fields.owner).toMatchObject({ blank: true, default: '' });
  expect(fields.bug_id).toMatchObject({ nullable: true });
  expect(fields.key).toMatchObject({ unique: true });
  expect(fields.id).toMatchObject({ type: 'integer', readonly: true, unique: true });
  expect(fields.created_at).toMatchObject({ type: 'string', readonly: true });
  expect(fields.created_at?.help_text).toMatch(/RFC 3339, UTC\.$/);
  expect(fields.project).toMatchObject({
    type: 'related',
    related_type: 'to_one',
    related_schema: '/api/v1/project/schema/',
  });
  expect(fields.resource_uri).toMatchObject({ type: 'string', readonly: true });
  expect((await schemaOf('ticketartifact')).fields.type).toMatchObject({ choices: ['RESULTS', 'LOGS', 'IMAGE'] });
  expect((await schemaOf('person')).fields.is_team).toMatchObject({ type: 'boolean', default: false });
  expect(Object.keys((await schemaOf('ticketstatus')).fields).sort()).toEqual([
    'current_workflow_step',
    'id',
    'owner',
    'resource_uri',
    'status',
    'title',
  ]);
});

it('tells the allowed filters, orderings and verbs, and they are', async () => {
  for (const resource of ['ticket', 'subticket', 'binarypackage', 'subticketartifact', 'person']) {
    const { filtering, ordering } = await schemaOf(resource);
    for (const [field, lookups] of Object.entries(filtering)) {
      for (const lookup of lookups) {
        const reply = await server.http.get(`/api/v1/${resource}/?${field}__${lookup}=`);
        expect([field, lookup, reply.text]).not.toEqual([
          field,
          lookup,
          expect.stringMatching(/not an allowed filter|not allow filtering|not support relations/),
        ]);
      }
    }
    for (const field of ordering) await server.http.get(`/api/v1/${resource}/?order_by=${field}`).expect(200);
  }
  const { allowed_list_http_methods, allowed_detail_http_methods } = await schemaOf('ticket');
  expect([allowed_list_http_methods, allowed_detail_http_methods]).toEqual([
    ['get', 'post', 'patch', 'delete'],
    ['get', 'put', 'patch', 'delete'],
  ]);
  expect((await schemaOf('fullticket')).allowed_list_http_methods).toEqual(['get']);
});

it('gives sets by id or key, in the order asked, and names what it has not', async () => {
  const set = async (ids: string): Promise<unknown> => {
    const { objects, ...rest } = (await server.http.get(`/api/v1/ticket/set/${ids}`).expect(200)).body as {
      objects: { id: number }[];
    };
    return [objects.map((one) => one.id), rest];
  };
  expect(await set('1;2/')).toEqual([[1, 2], {}]);
  expect(await set('3;1')).toEqual([[3, 1], {}]);
  expect(await set('2%3B1/')).toEqual([[2, 1], {}]);
  expect(await set('1;99;abc;2;99/')).toEqual([[1, 2], { not_found: ['99', 'abc'] }]);
  expect(await set('TKT-2;tkt-003;TKT-9/')).toEqual([[2, 3], { not_found: ['TKT-9'] }]);
  expect(await set('1;1;TKT-1/')).toEqual([[1], {}]);
  expect(await set(';/')).toEqual([[], {}]);
  const many = Array.from({ length: 1000 }, (_, index) => index + 1).join(';');
  expect((await server.http.get(`/api/v1/ticket/set/${many}/`).expect(200)).body).toMatchObject({
    objects: { length: 3 },
  });
  await server.http.get(`/api/v1/ticket/set/${many};1001/`).expect(400);
});

it('shows the views of a ticket under the endpoint that was asked', async () => {
  for (const endpoint of ['ticket', 'fullticket', 'opentickets', 'ticketstatus']) {
    const one = (await server.http.get(`/api/v1/${endpoint}/1/`).expect(200)).body as {
      id: number;
      resource_uri: string;
    };
    expect(one).toMatchObject({ id: 1, resource_uri: `/api/v1/${endpoint}/1/` });
  }
  expect((await server.http.get('/api/v1/ticketstatus/1/')).body).toEqual({
    id: 1,
    owner: '',
    title: 'one',
    current_workflow_step: '100',
    status: '000',
    resource_uri: '/api/v1/ticketstatus/1/',
  });
  const full = (await server.http.get('/api/v1/fullticket/1/')).body as object;
  expect(full).toMatchObject({ subtickets: [], artifacts: [] });
});

it('leaves out of opentickets what failed, is complete, or is closed', async () => {
  await server.http.patch('/api/v1/updateticketstatus/1/').send({ current_workflow_step: '999' }).expect(202);
  await server.http.post('/api/v1/ticket/2/close/').expect(200);
  const open = (await server.http.get('/api/v1/opentickets/')).body as { objects: { id: number }[] };
  expect(open.objects.map((one) => one.id)).toEqual([3]);
  await server.http.get('/api/v1/opentickets/1/').expect(404);
  expect((await server.http.get('/api/v1/ticketstatus/?current_workflow_step=999')).body).toMatchObject({
    objects: [{ id: 1 }],
  });
  expect((await server.http.get('/api/v1/ticket/')).body).toMatchObject({ meta: { total_count: 3 } });
});

it('answers POST of a known source package with the one that is there', async () => {
  const first = await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
  const second = await server.http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
  expect([second.body, second.headers.location]).toEqual([first.body, first.headers.location]);
  expect(second.headers.location).toBe(`${server.base}/api/v1/sourcepackage/1/`);
  expect((await server.http.get('/api/v1/sourcepackage/')).body).toMatchObject({ meta: { total_count: 1 } });
  const keyed = await server.http
    .post('/api/v1/sourcepackage/')
    .set('Idempotency-Key', 'known')
    .send({ name: 'apt' })
    .expect(201);
  expect(keyed.body).toEqual(first.body);
  const [{ count }] = (await server.sql("SELECT count(*)::int FROM event WHERE type = 'sourcepackage.created'")) as [
    { count: number },
  ];
  expect(count).toBe(1);
});

it('refuses a known binary package, whose data could differ', async () => {
  await server.http.post('/api/v1/binarypackage/').send({ name: 'libapt', sourcepackage: 1 }).expect(201);
  const reply = await server.http.post('/api/v1/binarypackage/').send({ name: 'libapt', sourcepackage: 1 }).expect(409);
  expect(reply.body).toMatchObject({
    code: 'binarypackage.taken',
    error: "A binary package 'libapt' exists already.",
  });
});

it('numbers the artifacts of tickets and subtickets together, and shows each at its own endpoint', async () => {
  await server.http.post('/api/v1/spu/').send({ sourcepackage: 1, version: '1' }).expect(201);
  await server.http.post('/api/v1/subticket/').send({ ticket: 3, source_package_upload: 1 }).expect(201);
  const log = { name: 'log', reference: 'http://x.example/', type: 'LOGS' };
  const ids: number[] = [];
  for (const [resource, owner] of [
    ['ticketartifact', { ticket: 3 }],
    ['subticketartifact', { subticket: 1 }],
    ['ticketartifact', { ticket: 3 }],
  ] as const) {
    ids.push(
      (
        (
          await server.http
            .post(`/api/v1/${resource}/`)
            .send({ ...log, ...owner })
            .expect(201)
        ).body as { id: number }
      ).id,
    );
  }
  expect(ids).toEqual([1, 2, 3]);
  await server.http.get('/api/v1/ticketartifact/2/').expect(404);
  await server.http.patch('/api/v1/ticketartifact/2/').send({ name: 'x' }).expect(404);
  await server.http.get('/api/v1/subticketartifact/1/').expect(404);
  expect((await server.http.get('/api/v1/ticketartifact/')).body).toMatchObject({
    meta: { total_count: 2 },
    objects: [{ id: 1 }, { id: 3 }],
  });
  expect((await server.http.get('/api/v1/subticketartifact/set/1;2/')).body).toMatchObject({
    objects: [{ id: 2 }],
    not_found: ['1'],
  });
  await server.http
    .put('/api/v1/ticketartifact/2/')
    .send({ ...log, ticket: 3 })
    .expect(409);
  await server.http
    .post('/api/v1/ticketartifact/')
    .send({ ...log, ticket: 3, type: 'SPU' })
    .expect(400);
  await server.http
    .post('/api/v1/subticketartifact/')
    .send({ ...log, subticket: 1, type: 'IMAGE' })
    .expect(400);
});

it('nests a full ticket as the original did', async () => {
  const full = (await server.http.get('/api/v1/fullticket/3/').expect(200)).body as {
    subtickets: Record<string, unknown>[];
    artifacts: unknown[];
  };
  expect(full.artifacts).toHaveLength(2);
  expect(full.subtickets).toHaveLength(1);
  expect(full.subtickets[0]).not.toHaveProperty('ticket');
  expect(full.subtickets[0]).toMatchObject({
    id: 1,
    resource_uri: '/api/v1/subticket/1/',
    source_package_upload: {
      version: '1',
      resource_uri: '/api/v1/spu/1/',
      sourcepackage: { name: 'apt', resource_uri: '/api/v1/sourcepackage/1/' },
    },
    artifacts: [{ id: 2, subticket: '/api/v1/subticket/1/', type: 'LOGS' }],
  });
});

it('has the project of those who name none', async () => {
  expect((await server.http.get('/api/v1/project/')).body).toMatchObject({ objects: [{ id: 1, name: 'default' }] });
});
