// What the OpenAPI document says of POST /events: a body for each mode of CloudEvents' HTTP binding, each with examples that are
// taken as they stand.
import { buildDocument } from '../../src/openapi.js';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly examples?: Readonly<Record<string, { readonly value: string }>>;
}
interface Media {
  readonly schema: object;
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}
interface Documented {
  readonly parameters: readonly Parameter[];
  readonly requestBody: { readonly content: Readonly<Record<string, Media>> };
}

let server: TestServer;
let documented: Documented;
beforeAll(async () => {
  server = await startTestServer();
  await aTicket(server);
  documented = buildDocument(server.app).paths['/events']?.post as unknown as Documented;
});
afterAll(() => server.stop());

test('there is a body for each mode', () => {
  expect(Object.keys(documented.requestBody.content)).toEqual([
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    '*/*',
  ]);
  expect(documented.parameters.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'Idempotency-Key']),
  );
});

test('each example is taken in the mode that it is of', async () => {
  const headers = Object.fromEntries(
    documented.parameters.flatMap(({ name, examples }) =>
      name.startsWith('ce-') ? [[name, examples?.binary?.value ?? '']] : [],
    ),
  );
  for (const [type, { examples }] of Object.entries(documented.requestBody.content))
    for (const [name, { value }] of Object.entries(examples)) {
      const binary = type === '*/*';
      const reply = await server.http
        .post('/events')
        .set({ 'content-type': binary ? 'application/json' : type, ...(binary ? headers : {}) })
        .send(JSON.stringify(value));
      expect([type, name, [200, 202].includes(reply.status), reply.body]).toEqual([type, name, true, reply.body]);
      const { events } = reply.body as { events: { source: string; type: string }[] };
      expect([type, name, events.length]).toEqual([type, name, Array.isArray(value) ? value.length : 1]);
      if (binary) expect(events[0]).toMatchObject({ source: 'https://ci.example/dep8', type: 'testrun.finished' });
    }
});
