// promises.md, 5: the answer to a COMMIT is lost. The client hears that nobody knows, and the same Idempotency-Key tells.
import { PostgresProxy } from '../setup/postgres-proxy.js';
import { createTestDatabase, startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let proxy: PostgresProxy;
let direct: TestServer;
beforeAll(async () => {
  const connection = await createTestDatabase();
  proxy = await PostgresProxy.before(connection);
  server = await startTestServer({}, { ...connection, host: proxy.host });
  direct = await startTestServer({}, connection);
});
afterAll(async () => {
  await server.stop();
  await proxy.stop();
  await direct.stop();
});

const expectUnknown = (reply: { status: number; body: object; headers: Record<string, string> }): void => {
  expect(reply.status).toBe(503);
  expect(reply.body).toMatchObject({ code: 'outcome-unknown' });
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
};

it('of a transaction: the same key finds what was kept', async () => {
  const post = () => server.http.post('/api/v1/ticket/').set('Idempotency-Key', 'lost-commit').send({ title: 'kept' });
  proxy.loseAnswerToCommitOf(/idempotency_keep/);
  expectUnknown(await post());
  expect(proxy.lost).toBe(1);
  const again = await post().expect(201);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(await direct.sql('SELECT id, title FROM ticket')).toEqual([{ id: again.body.id, title: 'kept' }]);
  expect((await direct.sql('SELECT id FROM event')).length).toBe(1);
});

it('of a transaction that had not been sent: the same key makes it', async () => {
  const post = () => server.http.post('/api/v1/ticket/').set('Idempotency-Key', 'lost-insert').send({ title: 'made' });
  proxy.loseAnswerTo('idempotency_claim');
  const reply = await post().expect(503);
  expect(reply.body).toMatchObject({ code: 'database.unavailable' });
  const again = await post().expect(201);
  expect(again.headers['idempotent-replayed']).toBeUndefined();
  expect((await direct.sql(`SELECT id FROM ticket WHERE title = 'made'`)).length).toBe(1);
});

it('of a single statement: the ticket tells', async () => {
  const { body } = await server.http.post('/api/v1/ticket/').send({ title: 'single' }).expect(201);
  const patch = () => server.http.patch(`/api/v1/updateticketstatus/${body.id}/`).send({ status: 7 });
  proxy.loseAnswerTo('status_patch');
  expectUnknown(await patch());
  // Postgres finishes what it has read, whoever listens.
  const kept = await server.http.get(`/api/v1/ticket/${body.id}/?wait=5&until=status=7`).expect(200);
  expect(kept.body).toMatchObject({ status: '007', version: 2 });
  const repeated = await patch().expect(202);
  expect(repeated.body).toMatchObject({ status: '007' });
  expect((await direct.sql('SELECT id FROM event WHERE ticket_id = $1', [body.id])).length).toBe(2);
});

it('of a read is no riddle: nothing was to be kept', async () => {
  proxy.loseAnswerTo('list_');
  const reply = await server.http.get('/api/v1/ticket/').expect(503);
  expect(reply.body).toMatchObject({ code: 'database.unavailable' });
  await server.http.get('/api/v1/ticket/').expect(200);
});
