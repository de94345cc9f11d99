// A world in which every id is above 2^32: every operation works there. And where ids end, that is said.
import { layGround } from '../../fuzz/fixtures.mjs';
import { buildDocument } from '../../src/openapi.js';
import { LARGEST_ID } from '../../src/platform/whole-number.js';
import { callOperation, operationsOf } from '../access/operations.js';
import { upload } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const FIRST = 5_000_000_000;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Sequence {
  readonly name: string;
  readonly last: number;
}
const sequences = (): Promise<Sequence[]> =>
  server.sql(`SELECT s.sequencename AS name, s.max_value AS last FROM pg_sequences s
    WHERE s.schemaname = 'public' AND s.sequencename <> 'migrations_id_seq' ORDER BY 1`);

it('has 64 bits for every id, and for whatever leads to one', async () => {
  const narrow = await server.sql(`SELECT table_name || '.' || column_name AS column, data_type AS type
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'migrations' AND udt_name IN ('int2', 'int4', '_int4')
      AND (column_name ~ '(^|_)ids?$' OR column_name = 'testsuites')`);
  // One row alone, whose id is always 1.
  expect(narrow).toEqual([{ column: 'stream_head.id', type: 'smallint' }]);
});

it('ends each sequence where a number of JSON is no longer exact', async () => {
  const all = await sequences();
  expect(all.length).toBeGreaterThan(20);
  expect(all.filter(({ last }) => last !== LARGEST_ID)).toEqual([]);
});

it('describes ids as 64 bits in the document', () => {
  const wrong: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      const schema = inner as { type?: unknown; format?: string; maximum?: number } | null;
      const isNumber = [schema?.type].flat().includes('integer');
      if (/^(id|seq|subticket)$/.test(name) && isNumber && !path.endsWith('Body') && schema?.maximum !== LARGEST_ID)
        wrong.push(`${path}.${name}`);
      look(inner, `${path}.${name}`);
    }
  };
  const { components } = buildDocument(server.app);
  look(components?.schemas, '');
  expect(wrong).toEqual([]);
});

describe('with ids above 2^32', () => {
  const ids: Record<string, number> = {};

  beforeAll(async () => {
    for (const [at, { name }] of (await sequences()).entries())
      await server.sql(`ALTER SEQUENCE ${name} RESTART WITH ${FIRST + at * 1000}`);
    const made = await server.http.post('/api/v1/project/').send({ name: 'large' }).expect(201);
    ids.project = (made.body as { id: number }).id;
    await layGround(server.base);
    const one = async (resource: string, body: object): Promise<void> => {
      const reply = await server.http.post(`/api/v1/${resource}/`).send(body);
      expect([resource, reply.status, reply.body]).toEqual([resource, 201, expect.anything()]);
    };
    const first = async (resource: string): Promise<number> =>
      ((await server.http.get(`/api/v1/${resource}/?limit=1`)).body as { objects: { id: number }[] }).objects[0]?.id ??
      0;
    const ticket = await first('ticket');
    const subticket = await first('subticket');
    const [person, testsuite, sourcepackage] = [
      await first('person'),
      await first('testsuite'),
      await first('sourcepackage'),
    ];
    const team = { name: 'Team', email: 'team@example.com', is_team: true };
    const reply = await server.http.post('/api/v1/person/').send(team).expect(201);
    await one('personmember', { team: (reply.body as { id: number }).id, person });
    await one('membership', { project: ids.project, person, role: 'qa' });
    await one('branch', { unique_name: '~one/trunk', owner: person, type: 'trunk', project: ids.project });
    await one('mergeproposal', { branch: await first('branch'), submitter: person, lp_weblink: 'https://x.example/1' });
    await one('subticket', { ticket, merge_proposal: await first('mergeproposal'), assignee: 'a@example.com' });
    await one('binarypackage', { name: 'libone', sourcepackage });
    await one('ticketlink', { ticket, kind: 'bug', url: 'http://bugs.example/1' });
    await one('ticketperson', { ticket, person, role: 'driver' });
    await one('ticketcomponent', { ticket, kind: 'package', name: 'one' });
    await one('testresult', { testsuite, subticket, verdict: 'pass' });
    await one('ticketartifact', { ticket, name: 'log', reference: 'http://x.example/', type: 'LOGS' });
    await one('subticketartifact', { subticket, name: 'log', reference: 'http://x.example/', type: 'LOGS' });
    await server.http
      .patch(`/api/v1/ticket/${ticket}/`)
      .send({ testsuites: [testsuite] })
      .expect(202);
    await server.http
      .post('/api/v1/token/')
      .send({ owner: 'ci', scopes: ['read'], projects: ['large'] })
      .expect(201);
    await server.http.post('/events').send({ ticket, type: 'note', message: 'x', source: 's', id: '1' });
    for (const resource of [
      'opentickets',
      'fullticket',
      'ticketstatus',
      'updateticketstatus',
      'release',
      'maprevision',
    ])
      ids[resource] = ticket;
    ids.updatesubticketstatus = subticket;
    const known = ['ticket', 'subticket', 'spu', 'sourcepackage', 'binarypackage', 'person', 'branch', 'mergeproposal'];
    const people = ['personmember', 'membership'];
    const parts = ['testsuite', 'testresult', 'ticketlink', 'ticketperson', 'ticketcomponent', 'ticketartifact'];
    for (const resource of [...known, ...people, ...parts, 'subticketartifact', 'event'])
      ids[resource] = await first(resource);
  }, 120_000);

  it('gives them', () => {
    const { event: _numbered, ...given } = ids;
    expect(Object.values(given).filter((id) => id < FIRST)).toEqual([]);
  });

  it('answers every operation', async () => {
    const operations = operationsOf(server, ids);
    const shown = (text: string): string => text.slice(0, 200);
    const wrong: unknown[] = [];
    const inOrder = operations.sort(
      (one, other) => Number(one.method === 'delete') - Number(other.method === 'delete'),
    );
    for (const operation of inOrder) {
      const bodies = operation.method === 'get' ? [{}] : [{}, inLargeIds(operation.example)];
      for (const body of bodies) {
        const { status, text } = await callOperation(server, operation, operation.url, { body });
        const isMissing = operation.method === 'get' && status === 404 && / (ticket|project) '?\d/.test(text);
        if (status >= 500 || isMissing) wrong.push([operation.name, operation.url, status, shown(text)]);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  /** The document's examples name the first of each kind. */
  function inLargeIds(example: unknown): unknown {
    const text = JSON.stringify(example ?? {}).replaceAll(/\/api\/v1\/(\w+)\/\d+\//g, (uri, resource: string) =>
      ids[resource] === undefined ? uri : `/api/v1/${resource}/${ids[resource]}/`,
    );
    return JSON.parse(text);
  }

  it('finds, orders and pages by them, and takes a ticket to production and back', async () => {
    const made = await server.http.post('/api/v1/ticket/').send({ title: 'far', owner: 'far@example.com' }).expect(201);
    const { id, key } = made.body as { id: number; key: string };
    const found = async (query: string): Promise<number[]> =>
      (
        (await server.http.get(`/api/v1/ticket/?${query}`).expect(200)).body as { objects: { id: number }[] }
      ).objects.map((one) => one.id);
    expect(await found(`id=${id}`)).toEqual([id]);
    expect(await found(`id__in=${id},1`)).toEqual([id]);
    expect(await found(`after=${id - 1}`)).toEqual([id]);
    expect(await found('order_by=-id&limit=1')).toEqual([id]);
    const { status } = await upload(server, key, { specifier: 'far' }, { 'far.js': 'export default 1;' });
    expect(status).toBe(201);
    for (const _stage of ['qa', 'prod']) await server.http.post(`/api/v1/ticket/${id}/promote/`).send({}).expect(200);
    expect((await server.http.get('/import-map.json').expect(200)).body).toMatchObject({
      imports: { far: expect.stringMatching(/far\.js$/) },
    });
    await server.http.post(`/api/v1/ticket/${id}/revert/`).send({}).expect(200);
    const history = (await server.http.get(`/api/v1/ticket/${id}/history/`).expect(200)).body as { objects: unknown[] };
    expect(history.objects.length).toBeGreaterThan(3);
  });
});

it('says so where ids have run out, and does nothing', async () => {
  await server.sql(`SELECT setval('person_id_seq', ${LARGEST_ID - 1})`);
  const person = { name: 'Last', email: 'last@example.com' };
  const last = await server.http.post('/api/v1/person/').send(person).expect(201);
  expect(last.body).toMatchObject({ id: LARGEST_ID, resource_uri: `/api/v1/person/${LARGEST_ID}/` });
  await server.http.get(`/api/v1/person/${LARGEST_ID}/`).expect(200);
  const [before] = await server.sql('SELECT count(*) AS rows, (SELECT max(id) FROM event) AS event FROM person');
  for (const call of [
    server.http.post('/api/v1/person/').send(person),
    server.http.post('/api/v1/person/').set('Idempotency-Key', 'last').send(person),
    server.http.patch('/api/v1/person/').send({ objects: [person] }),
  ])
    expect([(await call).status, (await call).body]).toEqual([409, expect.objectContaining({ code: 'id.exhausted' })]);
  expect(await server.sql('SELECT count(*) AS rows, (SELECT max(id) FROM event) AS event FROM person')).toEqual([
    before,
  ]);
  await server.http.put('/api/v1/person/77/').send(person).expect(201);
  await server.http.get(`/api/v1/person/${LARGEST_ID + 1}/`).expect(404);
  await server.http
    .post('/api/v1/branch/')
    .send({ unique_name: 'x', type: 'trunk', owner: '9007199254740993' })
    .expect(400);
});
