// A client that converts every field by its type in the schema, as Tastypie's own do: it reads, filters and pages every resource.
import { aStampedTicket } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const { http } = server;
  await http.post('/api/v1/sourcepackage/').send({ name: 'apt' }).expect(201);
  await aStampedTicket(server).withModule('cart').at('dev');
  const bundle = {
    title: 'whole',
    links: [{ kind: 'bug', url: 'http://bugs.example/1', title: 'a bug' }],
    subtickets: [
      {
        sourcepackage: 'apt',
        version: '2.0',
        artifacts: [{ name: 'a', reference: 'http://x.example/', type: 'LOGS' }],
      },
    ],
    artifacts: [{ name: 'b', reference: 'http://x.example/', type: 'LOGS' }],
  };
  const { headers } = await http.post('/api/v1/bundle/').send(bundle).expect(201);
  const ticket = new URL(String(headers.location)).pathname.replace('fullticket', 'ticket');
  const person = (await http.post('/api/v1/person/').send({ name: 'Ann', email: 'ann@example.com' }).expect(201)).body;
  const branch = (
    await http
      .post('/api/v1/branch/')
      .send({ unique_name: 'lp:~ann/x', owner: person.resource_uri, type: 'development' })
      .expect(201)
  ).body;
  await http
    .post('/api/v1/mergeproposal/')
    .send({
      branch: branch.resource_uri,
      submitter: person.resource_uri,
      status: 'approved',
      lp_weblink: 'http://lp.example/1',
    })
    .expect(201);
  await http.post('/api/v1/ticketperson/').send({ ticket, person: person.resource_uri, role: 'owner' }).expect(201);
  await http.post('/api/v1/ticketcomponent/').send({ ticket, kind: 'ppa', name: 'p' }).expect(201);
  await http
    .post('/api/v1/binarypackage/')
    .send({ name: 'apt', sourcepackage: '/api/v1/sourcepackage/1/', version: '1' })
    .expect(201);
  const qa = (await http.post('/api/v1/person/').send({ name: 'QA', email: 'qa@b.c', is_team: true }).expect(201)).body;
  await http.post('/api/v1/personmember/').send({ team: qa.resource_uri, person: person.resource_uri }).expect(201);
  await http.post('/api/v1/membership/').send({ project: 1, person: qa.resource_uri, role: 'qa' }).expect(201);
  await http.post(`${ticket}approve/`).send({}).expect(200);
  const suite = (await http.post('/api/v1/testsuite/').send({ name: 's', kind: 'dep8' }).expect(201)).body;
  await http.post('/api/v1/testresult/').send({ testsuite: suite.resource_uri, ticket, verdict: 'pass' }).expect(201);
  await http
    .patch(`${ticket.replace('ticket', 'updateticketstatus')}`)
    .send({ current_workflow_step: '999', reason: 'no' });
});
afterAll(() => server.stop());

interface SchemaField {
  readonly type: string;
  readonly nullable: boolean;
  readonly related_type?: string;
  readonly default: unknown;
}

/** As Tastypie's fields convert, and the clients that read a schema. */
const CONVERTS: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  dict: (value) => typeof value === 'object',
  list: (value) => Array.isArray(value),
  datetime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(String(value)),
};
const one = (value: unknown): boolean =>
  typeof value === 'string'
    ? /^\/api\/v1\/[a-z-]+\/\d+\/$/.test(value)
    : typeof value === 'object' && value !== null && 'id' in value;

function converts({ type, nullable, related_type }: SchemaField, value: unknown): boolean {
  if (value === null) return nullable;
  if (type !== 'related') return CONVERTS[type]?.(value) ?? false;
  return related_type === 'to_many' ? Array.isArray(value) && value.every(one) : one(value);
}

interface Schema {
  readonly fields: Record<string, SchemaField>;
  readonly filtering: Record<string, string[]>;
  readonly ordering: string[];
  readonly allowed_list_http_methods: string[];
}

type Shown = Record<string, unknown> & { id: number };

const get = async <Body>(path: string): Promise<Body> => (await server.http.get(path).expect(200)).body as Body;

const index = () => get<Record<string, { schema: string; list_endpoint: string }>>('/api/v1/');

/** Every resource that has a list, with its objects. */
async function everyList(): Promise<[name: string, schema: Schema, objects: Shown[]][]> {
  const lists: [string, Schema, Shown[]][] = [];
  for (const [name, { schema, list_endpoint }] of Object.entries(await index())) {
    const described = await get<Schema>(schema);
    if (!described.allowed_list_http_methods.includes('get')) continue;
    const { objects } = await get<{ objects: Shown[] }>(`${list_endpoint}?limit=0`);
    lists.push([name, described, objects]);
  }
  return lists;
}

it('every resource has an object to look at', async () => {
  const empty = (await everyList()).filter(([, , objects]) => objects.length === 0);
  expect(empty.map(([name]) => name)).toEqual([]);
});

it('converts every field of every object, and knows them all', async () => {
  const wrong: string[] = [];
  for (const [name, { fields }, objects] of await everyList()) {
    for (const object of objects) {
      for (const field of Object.keys(object)) if (!fields[field]) wrong.push(`${name}.${field} isn't in the schema`);
      for (const [field, described] of Object.entries(fields))
        if (!(field in object)) wrong.push(`${name}.${field} isn't in the object`);
        else if (!converts(described, object[field]))
          wrong.push(`${name}.${field} is ${JSON.stringify(object[field])}, no ${described.type}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('finds an object by each of its fields that can be filtered', async () => {
  const wrong: string[] = [];
  for (const [name, { filtering }, [object]] of await everyList()) {
    for (const [field, lookups] of Object.entries(filtering)) {
      const value = object?.[field];
      if (!lookups.includes('exact') || !['string', 'number', 'boolean'].includes(typeof value)) continue;
      const query = `${field}=${encodeURIComponent(String(value))}`;
      const { body } = await server.http.get(`/api/v1/${name}/?${query}&limit=0`);
      const { objects = [] } = body as { objects?: Shown[] };
      if (!objects.some(({ id }) => id === object?.id)) wrong.push(`${name}/?${query} doesn't find it`);
    }
  }
  expect(wrong).toEqual([]);
}, 60_000);

it('pages every list, in every order that there is', async () => {
  for (const [name, { ordering }, objects] of await everyList()) {
    for (const field of ordering) await server.http.get(`/api/v1/${name}/?order_by=-${field}&limit=1`).expect(200);
    const ids: number[] = [];
    for (let next: string | null = `/api/v1/${name}/?limit=2`; next;) {
      const page: { meta: { next: string | null }; objects: Shown[] } = await get(next);
      ids.push(...page.objects.map(({ id }) => id));
      next = page.meta.next;
    }
    expect([name, ids]).toEqual([name, objects.map(({ id }) => id)]);
  }
}, 60_000);

it('writes back what it read, and nothing changes but what moves by itself', async () => {
  for (const [name, , objects] of await everyList()) {
    const [object] = objects;
    const { headers } = await server.http.options(`/api/v1/${name}/${object?.id}/`).expect(200);
    if (!String(headers.allow).split(',').includes('PUT')) continue;
    const etag = name === 'project' ? { 'If-Match': '*' } : {};
    const reply = await server.http.put(`/api/v1/${name}/${object?.id}/`).set(etag).send(object);
    expect([name, reply.status, reply.body]).toEqual([name, 200, { ...object, ...moving(reply.body as Shown) }]);
  }
});

const moving = ({ updated_at, version }: Shown): object => ({
  ...(updated_at === undefined ? {} : { updated_at }),
  ...(version === undefined ? {} : { version }),
});

it('makes objects with the defaults that the schema tells', async () => {
  const { fields } = await get<Schema>('/api/v1/ticket/schema/');
  expect([fields.current_workflow_step?.default, fields.status?.default]).toEqual(['100', '000']);
  const made = (await server.http.post('/api/v1/ticket/').send({ title: 'x' }).expect(201)).body as Shown;
  for (const [name, { default: initial }] of Object.entries(fields))
    if (initial !== 'No default provided.' && name !== 'id') expect([name, made[name]]).toEqual([name, initial]);
});
