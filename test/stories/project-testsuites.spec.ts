// `testsuites` of a ticket: a list of references that is a set, and never names a suite that is gone.
import { aTicket } from '../builders/ticket.builder.js';
import { all, type Race, startRace } from '../builders/racing.js';
import type { TestServer } from '../setup/test-server.js';

let race: Race;
let server: TestServer;
beforeAll(async () => {
  race = await startRace();
  server = race.server;
});
afterAll(() => race.stop());

const suiteUri = (id: number): string => `/api/v1/testsuite/${id}/`;
async function aSuite(): Promise<number> {
  const reply = await server.http.post('/api/v1/testsuite/').send({ name: 's', kind: 'sanity' }).expect(201);
  return (reply.body as { id: number }).id;
}
const post = (testsuites: unknown) => server.http.post('/api/v1/ticket/').send({ title: 't', testsuites });
const listed = async (uri: string): Promise<unknown> =>
  ((await server.http.get(uri).expect(200)).body as { testsuites: unknown }).testsuites;
const found = async (filter: string): Promise<number[]> =>
  ((await server.http.get(`/api/v1/ticket/?${filter}&limit=0`).expect(200)).body.objects as { id: number }[]).map(
    ({ id }) => id,
  );

it('is set with ids and URIs, each kept once, in the order of the ids', async () => {
  const [a, b, c] = [await aSuite(), await aSuite(), await aSuite()];
  expect((await post([c, suiteUri(a), `${a}`, `http://127.0.0.1${suiteUri(b)}`, c]).expect(201)).body).toMatchObject({
    testsuites: [a, b, c].map(suiteUri),
  });
  const { uri, id } = await aTicket(server);
  expect(await listed(uri)).toEqual([]);
  expect(
    (
      await server.http
        .patch(uri)
        .send({ testsuites: [b, a] })
        .expect(202)
    ).body,
  ).toMatchObject({ version: 2, testsuites: [a, b].map(suiteUri) });
  const events = (await server.http.get(`${uri}history/`).expect(200)).body.objects as { data: object }[];
  expect(events.at(-1)).toMatchObject({
    data: { before: { testsuites: [] }, after: { testsuites: [a, b].map(suiteUri) } },
  });
  for (const same of [
    [a, b],
    [suiteUri(b), a, a],
  ]) {
    expect((await server.http.patch(uri).send({ testsuites: same }).expect(202)).body).toMatchObject({ version: 2 });
  }
  expect((await server.http.put(uri).send({ title: 'put' }).expect(200)).body).toMatchObject({
    testsuites: [a, b].map(suiteUri),
  });
  expect((await server.http.put(uri).send({ title: 'put', testsuites: [] }).expect(200)).body).toMatchObject({
    testsuites: [],
  });
  expect((await server.http.get(`/api/v1/fullticket/${id}/`)).body).toMatchObject({ testsuites: [] });
});

it('refuses what is no list, too long, null or leads nowhere', async () => {
  const suite = await aSuite();
  const { uri } = await aTicket(server).with({ testsuites: [suite] });
  const many = Array.from({ length: 1500 }, () => suite);
  for (const wrong of [
    null,
    suite,
    suiteUri(suite),
    {},
    'x',
    Array.from({ length: 101 }, (_, index) => index + 1),
    [...many, 999],
  ]) {
    for (const request of [post(wrong), server.http.patch(uri).send({ testsuites: wrong })]) {
      expect((await request.expect(400)).body).toMatchObject({
        ticket: { testsuites: expect.arrayContaining([expect.any(String)]) as string[] },
      });
    }
  }
  for (const wrong of [
    [999_999],
    [suite, '/api/v1/testsuite/999999/'],
    ['/api/v1/ticket/1/'],
    ['x'],
    [null],
    [[suite]],
    [0],
    [-1],
  ]) {
    for (const request of [post(wrong), server.http.patch(uri).send({ testsuites: wrong })]) {
      expect([wrong, (await request).body]).toEqual([wrong, expect.objectContaining({ code: 'reference.not_found' })]);
    }
  }
  expect(await listed(uri)).toEqual([suiteUri(suite)]);
});

it('is filtered by one, by some, by none', async () => {
  const [a, b, c] = [await aSuite(), await aSuite(), await aSuite()];
  const [one, both, none] = [
    await aTicket(server).with({ testsuites: [a] }),
    await aTicket(server).with({ testsuites: [a, b] }),
    await aTicket(server),
  ];
  for (const filter of [`testsuites=${a}`, `testsuites=${suiteUri(a)}`, `testsuites__exact=${a}`])
    expect(await found(filter)).toEqual([one.id, both.id]);
  expect(await found(`testsuites__in=${b},${c}`)).toEqual([both.id]);
  expect(await found(`testsuites__in=${suiteUri(a)}&testsuites__in=${c}`)).toEqual([one.id, both.id]);
  expect(await found(`testsuites=${c}`)).toEqual([]);
  for (const filter of ['testsuites__isnull=true', 'testsuites=None']) {
    expect(await found(filter)).toContain(none.id);
    expect(await found(filter)).not.toContain(one.id);
  }
  expect(await found('testsuites__isnull=false')).toEqual(expect.arrayContaining([one.id, both.id]));
  for (const beyond of ['2147483648', '999999999999999', '0', '-1'])
    expect(await found(`testsuites=${beyond}`)).toEqual([]);
  for (const wrong of [
    'testsuites=x',
    'testsuites__isnull=x',
    'testsuites__contains=1',
    'testsuites__name=s',
    'testsuites__gt=1',
    'order_by=testsuites',
  ]) {
    await server.http.get(`/api/v1/ticket/?${wrong}`).expect(400);
  }
  const { fields, filtering } = (await server.http.get('/api/v1/ticket/schema/')).body as {
    fields: object;
    filtering: object;
  };
  expect(fields).toMatchObject({
    testsuites: {
      type: 'related',
      related_type: 'to_many',
      related_schema: '/api/v1/testsuite/schema/',
      blank: true,
      default: [],
    },
  });
  expect(filtering).toMatchObject({ testsuites: ['exact', 'in', 'isnull'] });
});

it('keeps a listed suite from being deleted, alone or by a filter', async () => {
  const [a, free] = [await aSuite(), await aSuite()];
  const { uri } = await aTicket(server).with({ testsuites: [a] });
  expect((await server.http.delete(suiteUri(a)).expect(409)).body).toMatchObject({
    code: 'testsuite.still_referenced',
    error: expect.stringContaining(uri),
  });
  await server.http.delete(`/api/v1/testsuite/?id__in=${a},${free}`).expect(409);
  await server.http.get(suiteUri(free)).expect(200);
  await server.http
    .patch(uri)
    .send({ testsuites: [free] })
    .expect(202);
  await server.http.delete(suiteUri(a)).expect(204);
  await server.http.delete(uri).expect(204);
  await server.http.delete(suiteUri(free)).expect(204);
});

it('never names a suite that was deleted while a ticket took it on', async () => {
  const kept = await aTicket(server);
  for (let round = 0; round < 12; round++) {
    const suite = await aSuite();
    const answers = await all(6, (index) =>
      index === round % 6
        ? race.send('DELETE', suiteUri(suite))
        : index % 2 === 0
          ? race.send('POST', '/api/v1/ticket/', { title: 'racing', testsuites: [suite] })
          : race.send('PATCH', kept.uri, { testsuites: [suite] }),
    );
    for (const { status } of answers) expect([201, 202, 204, 400, 409]).toContain(status);
    const dangling = await server.sql(
      'SELECT t.id FROM ticket t, unnest(t.testsuites) s WHERE NOT EXISTS (SELECT 1 FROM testsuite u WHERE u.id = s)',
    );
    expect(dangling).toEqual([]);
  }
});
