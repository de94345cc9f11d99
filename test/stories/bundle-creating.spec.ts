// bundle: one call makes a ticket with links, people, components, uploads, subtickets and artifacts.
import { all } from '../builders/racing.js';
import { workflowCalls } from '../builders/workflow-calls.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { historyOf, ticketOf, positionOf, subticketOf } = workflowCalls(() => server);
const bundle = (body: object, headers: Record<string, string> = {}) =>
  server.http.post('/api/v1/bundle/').set(headers).send(body);
const made = async (resource: string, body: object): Promise<{ id: number; resource_uri: string }> =>
  (await server.http.post(`/api/v1/${resource}/`).send(body).expect(201)).body as { id: number; resource_uri: string };
const objects = async (path: string): Promise<Record<string, unknown>[]> =>
  (await server.http.get(`/api/v1/${path}`).expect(200)).body.objects as Record<string, unknown>[];

let people = 0;
const aPerson = async (): Promise<string> =>
  (await made('person', { name: `p${++people}`, email: 'p@example.com' })).resource_uri;
async function aProposal(name: string): Promise<string> {
  const person = await aPerson();
  const branch = await made('branch', { unique_name: name, owner: person, type: 'regular' });
  const body = { branch: branch.resource_uri, submitter: person, lp_weblink: 'https://example.com/mp' };
  return (await made('mergeproposal', body)).resource_uri;
}
const artifact = (name: string, type: string): object => ({ name, reference: `http://example.com/${name}`, type });

it('makes the whole tree and answers the full ticket, with the Location and ETag of the ticket', async () => {
  const person = await aPerson();
  const proposal = await aProposal('lp:whole');
  const reply = await bundle({
    title: 'Everything',
    owner: 'owner@example.com',
    key: 'ALL-1',
    links: [
      { kind: 'bug', url: 'https://example.com/1', title: 'one' },
      { kind: 'other', url: 'https://example.com/2' },
    ],
    people: [
      { person, role: 'driver' },
      { person, role: 'reviewer' },
    ],
    components: [{ kind: 'ppa', name: 'ppa:x' }],
    subtickets: [
      {
        sourcepackage: 'tree-a',
        version: '1-1',
        assignee: 'a@example.com',
        artifacts: [artifact('dsc', 'SPU'), artifact('log', 'LOGS')],
      },
      { merge_proposal: proposal, artifacts: [artifact('result', 'RESULTS')] },
    ],
    artifacts: [artifact('image', 'IMAGE')],
  }).expect(201);
  const { id, version } = reply.body as { id: number; version: number };
  expect(reply.headers.location).toBe(`${server.base}/api/v1/ticket/${id}/`);
  expect(reply.headers.etag).toBe((await server.http.get(`/api/v1/ticket/${id}/`)).headers.etag);
  expect(reply.headers.etag).toBe(`"${version}"`);
  expect(reply.body).toEqual((await server.http.get(`/api/v1/fullticket/${id}/`)).body);
  expect(reply.body).toMatchObject({
    title: 'Everything',
    key: 'ALL-1',
    artifacts: [{ name: 'image', type: 'IMAGE', ticket: `/api/v1/ticket/${id}/` }],
    subtickets: [
      {
        assignee: 'a@example.com',
        merge_proposal: null,
        source_package_upload: { version: '1-1', sourcepackage: { name: 'tree-a' } },
        artifacts: [{ name: 'dsc' }, { name: 'log' }],
      },
      {
        source_package_upload: null,
        merge_proposal: { resource_uri: proposal, branch: { unique_name: 'lp:whole' } },
        artifacts: [{ name: 'result' }],
      },
    ],
  });
  expect(await objects(`ticketlink/?ticket=${id}`)).toMatchObject([{ title: 'one' }, { title: '' }]);
  expect(await objects(`ticketperson/?ticket=${id}`)).toMatchObject([{ role: 'driver' }, { role: 'reviewer' }]);
  expect(await objects(`ticketcomponent/?ticket=${id}`)).toMatchObject([{ kind: 'ppa', name: 'ppa:x', reference: '' }]);
});

it('writes the same history rows as the single calls, one for each part', async () => {
  const single = await made('ticket', { title: 'single' });
  await made('ticketlink', { ticket: single.id, kind: 'bug', url: 'https://example.com/' });
  await made('ticketartifact', { ...artifact('x', 'LOGS'), ticket: single.id });
  const source = await made('sourcepackage', { name: 'history' });
  const spu = await made('spu', { sourcepackage: source.id, version: '1' });
  const subticket = await made('subticket', { ticket: single.id, source_package_upload: spu.id });
  await made('subticketartifact', { ...artifact('y', 'SPU'), subticket: subticket.id });
  const { id } = (
    await bundle({
      title: 'single',
      links: [{ kind: 'bug', url: 'https://example.com/' }],
      artifacts: [artifact('x', 'LOGS')],
      subtickets: [{ sourcepackage: 'history', version: '1', artifacts: [artifact('y', 'SPU')] }],
    }).expect(201)
  ).body as { id: number };
  const told = async (ticket: number): Promise<unknown[]> =>
    (await historyOf(ticket)).map(({ type, actor, version, subticket: of, data }) => [
      type,
      actor,
      version,
      of === null,
      Object.keys(data.after ?? {}),
    ]);
  expect(await told(id)).toEqual(await told(single.id));
  expect(
    await server.sql("SELECT 1 FROM event WHERE type = 'spu.created' AND data->'after'->>'version' = '1'"),
  ).toHaveLength(2);
});

it('takes a source package by name, new or known, by URI and by id', async () => {
  const known = await made('sourcepackage', { name: 'known' });
  const reply = await bundle({
    title: 'sources',
    subtickets: [
      { sourcepackage: 'fresh', version: '1' },
      { sourcepackage: 'known', version: '2' },
      { sourcepackage: known.resource_uri, version: '3' },
      { sourcepackage: known.id, version: '4' },
      { sourcepackage: 'fresh', version: '5' },
    ],
  }).expect(201);
  const names = (reply.body as { subtickets: { source_package_upload: { sourcepackage: { name: string } } }[] })
    .subtickets;
  expect(names.map((one) => one.source_package_upload.sourcepackage.name)).toEqual([
    'fresh',
    'known',
    'known',
    'known',
    'fresh',
  ]);
  expect(await objects('sourcepackage/?name=fresh')).toHaveLength(1);
  expect(
    await server.sql("SELECT 1 FROM event WHERE type = 'sourcepackage.created' AND data->'after'->>'name' = 'fresh'"),
  ).toHaveLength(1);
  const upload = { title: 'same', subtickets: [{ sourcepackage: 'at-once', version: '1' }] };
  const replies = await all(8, () => bundle(upload));
  expect(replies.map((one) => one.status)).toEqual(Array.from({ length: 8 }, () => 201));
  expect(await objects('sourcepackage/?name=at-once')).toHaveLength(1);
});

it('lets the last of those for the same package or branch be live, however their fields differ', async () => {
  const proposal = await aProposal('lp:twice');
  const reply = await bundle({
    title: 'twice',
    subtickets: [
      { sourcepackage: 'twice', version: '1' },
      { sourcepackage: 'twice', version: '2', assignee: 'x@example.com', status: '5' },
      { merge_proposal: proposal },
      { sourcepackage: 'twice', version: '3' },
      { merge_proposal: proposal, current_workflow_step: 100 },
    ],
  }).expect(201);
  const subtickets = (reply.body as { subtickets: { id: number; superseded_by: string | null; version: number }[] })
    .subtickets;
  const [, , , upload, branch] = subtickets.map(({ id }) => `/api/v1/subticket/${id}/`);
  expect(subtickets.map((one) => one.superseded_by)).toEqual([upload, upload, branch, null, null]);
  expect(await subticketOf(subtickets[0]!.id)).toMatchObject({ superseded_by: upload, version: 2 });
});

it('rolls the ticket up at the end', async () => {
  const cases = [
    [[200, 200], '200/000'],
    [[300, 300], '200/1000'],
    [[100, 100], '100/000'],
    [[300, 999], '999/999'],
  ] as const;
  for (const [steps, position] of cases) {
    const subtickets = steps.map((step, index) => ({
      sourcepackage: `roll-${index}`,
      version: '1',
      current_workflow_step: step,
    }));
    const reply = await bundle({ title: 'rolls', current_workflow_step: '100', subtickets }).expect(201);
    const { id, current_workflow_step, status } = reply.body as {
      id: number;
      current_workflow_step: string;
      status: string;
    };
    expect([steps, `${current_workflow_step}/${status}`]).toEqual([steps, position]);
    expect(await positionOf(id)).toBe(position);
    expect(reply.headers.etag).toBe(`"${(await ticketOf(id)).version as number}"`);
  }
});

it('is kept once for its Idempotency-Key, and leaves the body out where the client prefers so', async () => {
  const body = { title: 'once', subtickets: [{ sourcepackage: 'once', version: '1' }] };
  const first = await bundle(body, { 'Idempotency-Key': 'b1' }).expect(201);
  const again = await bundle(body, { 'Idempotency-Key': 'b1' }).expect(201);
  expect([again.text, again.headers.location, again.headers.etag]).toEqual([
    first.text,
    first.headers.location,
    first.headers.etag,
  ]);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await objects('ticket/?title=once')).toHaveLength(1);
  await bundle({ ...body, title: 'other' }, { 'Idempotency-Key': 'b1' }).expect(422);
  const minimal = await bundle(body, { Prefer: 'return=minimal' }).expect(201);
  expect([minimal.text, minimal.headers.location]).toEqual(['', expect.stringMatching(/ticket\/\d+\/$/)]);
});

it('takes a hundred subtickets, and a ticket alone', async () => {
  const subtickets = Array.from({ length: 100 }, (_, index) => ({
    sourcepackage: `many-${index}`,
    version: '1',
    artifacts: [artifact('dsc', 'SPU'), artifact('log', 'LOGS')],
  }));
  const reply = await bundle({ title: 'many', subtickets }).expect(201);
  const full = reply.body as {
    subtickets: { artifacts: unknown[]; source_package_upload: { sourcepackage: { name: string } } }[];
  };
  expect(full.subtickets.map((one) => [one.source_package_upload.sourcepackage.name, one.artifacts.length])).toEqual(
    subtickets.map((one) => [one.sourcepackage, 2]),
  );
  expect((await bundle({ title: 'alone', subtickets: null }).expect(201)).body).toMatchObject({
    subtickets: [],
    artifacts: [],
  });
});

it('answers POST only', async () => {
  const refused = await server.http.get('/api/v1/bundle/').expect(405);
  expect(refused.headers.allow).toBe('POST');
});
