// A ticket's modules change: revisions, registration, warnings, refusals.
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Ticket {
  stage: string | null;
  version: number;
  current_workflow_step: string;
  status: string;
}
const read = async (url: string): Promise<Ticket> => (await server.http.get(url).expect(200)).body as Ticket;
const historyOf = async (url: string): Promise<string[]> =>
  ((await server.http.get(`${url}history/`).expect(200)).body as { objects: { type: string }[] }).objects.map(
    ({ type }) => type,
  );

it('registers a ticket with its first modules, then counts revisions', async () => {
  const ticket = await aStampedTicket(server).withModule('first');
  expect(await read(ticket.url)).toMatchObject({ stage: 'dev', version: 2, current_workflow_step: '200' });
  const second = await changeModules(server, ticket.id, [setTo('second', moduleUrl('second'))]);
  expect(second).toMatchObject({ key: ticket.key, stage: 'dev', revision: 2, version: 3, warnings: [] });
  expect(second.delta.map(({ specifier, base }) => [specifier, base])).toEqual([
    ['first', null],
    ['second', null],
  ]);
  expect(await historyOf(ticket.url)).toEqual(['ticket.created', 'ticket.stamped', 'ticket.modules_changed']);
});

it('changes nothing where a change is repeated', async () => {
  const ticket = await aStampedTicket(server).withModule('same');
  expect(await changeModules(server, ticket.id, [setTo('same', moduleUrl('same'))])).toMatchObject({
    revision: 1,
    version: 2,
  });
  expect(await historyOf(ticket.url)).toEqual(['ticket.created', 'ticket.stamped']);
});

it('keeps all operations with each revision, however few of them changed', async () => {
  const ticket = await aStampedTicket(server).withModule('a').withModule('b', moduleUrl('b'), ['a']).withModule('c');
  const next = [
    [setTo('b', moduleUrl('b', 2), ['é"\\', 'c'])],
    [setTo('b', null)],
    [setTo('b', moduleUrl('b', 3))],
    [setTo('a', moduleUrl('a', 2)), setTo('c', moduleUrl('c', 2))],
    [setTo('0', moduleUrl('0')), setTo('a', null)],
  ];
  const reports = [];
  for (const changes of next) reports.push(await changeModules(server, ticket.id, changes));
  const kept = await server.sql<{ number: number; operations: unknown }>(
    'SELECT number, operations FROM map_revision WHERE ticket_id = $1 AND number > 1 ORDER BY number',
    [ticket.id],
  );
  expect(kept).toEqual(reports.map(({ revision, delta }) => ({ number: revision, operations: delta })));
  const [one] = kept as { operations: { specifier: string; set: unknown }[] }[];
  expect(one?.operations.map(({ specifier, set }) => [specifier, set])).toEqual([
    ['a', { url: moduleUrl('a') }],
    ['b', { url: moduleUrl('b', 2), imports: ['é"\\', 'c'] }],
    ['c', { url: moduleUrl('c') }],
  ]);
  const keys = await server.sql<{ key: string }>('SELECT key FROM ticket_key WHERE ticket_id = $1 ORDER BY key', [
    ticket.id,
  ]);
  expect(keys.map(({ key }) => key)).toEqual([' 0', ' b', ' c']);
});

it('keeps a ticket that is further along, or failed, at its step', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'Late' }).expect(201);
  const { id, resource_uri: url } = body as { id: number; resource_uri: string };
  await server.http.patch(`/api/v1/updateticketstatus/${id}/`).send({ current_workflow_step: 999, status: 999 });
  await changeModules(server, id, [setTo('late', moduleUrl('late'))]);
  expect(await read(url)).toMatchObject({ stage: 'dev', current_workflow_step: '999', status: '999' });
});

it('needs the blobs that its revisions and layers lead to', async () => {
  const [one, two, file] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
  await server.sql(`INSERT INTO blob (hash, integrity, size) SELECT unnest($1::text[]), 'sha384-x', 1`, [
    [one, two, file],
  ]);
  const usesOf = async (owner: string) =>
    (await server.sql<{ hash: string }>('SELECT hash FROM blob_use WHERE owner = $1 ORDER BY hash', [owner])).map(
      ({ hash }) => hash,
    );
  const ticket = await aStampedTicket(server);
  await changeModules(
    server,
    ticket.id,
    [setTo('kept/', `/modules/${'9'.repeat(64)}/`), setTo('a', `/modules/${one}/a.js`)],
    { blobs: [file] },
  );
  await changeModules(server, ticket.id, [setTo('a', `/modules/${two}/a.js`)], { blobs: [two] });
  const revisions = await server.sql<{ id: number }>(
    'SELECT id FROM map_revision WHERE ticket_id = $1 ORDER BY number',
    [ticket.id],
  );
  expect(await Promise.all(revisions.map(({ id }) => usesOf(`revision/${id}`)))).toEqual([[], [one], [two]]);
  expect(await usesOf(`ticket/${ticket.id}`)).toEqual([file]);
  for (let turn = 0; turn < 2; turn++) await server.http.post(`${ticket.url}promote/`).expect(200);
  const [layer] = await server.sql<{ id: number }>('SELECT id FROM layer WHERE ticket_id = $1', [ticket.id]);
  expect(await usesOf(`layer/${layer?.id}`)).toEqual([two, file]);
  const gone = changeModules(server, (await aStampedTicket(server)).id, [setTo('b', moduleUrl('b'))], {
    blobs: ['4'.repeat(64)],
  });
  await expect(gone).rejects.toMatchObject({ code: 'modules.blob_gone' });
});
