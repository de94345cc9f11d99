// What somebody sees who calls an empty server for the first time.
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('lists nothing, in the shape of Tastypie', async () => {
  const reply = await server.http.get('/api/v1/ticket/').expect(200);
  expect(reply.headers['content-type']).toBe('application/json');
  expect(reply.body).toEqual({
    meta: { limit: 20, next: null, offset: 0, previous: null, total_count: 0 },
    objects: [],
  });
});
