// A ticket's way through the stages: dev → qa → prod → back, with its steps, events and releases.
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

it('goes from dev to production and back', async () => {
  const ticket = await aStampedTicket(server).withModule('cart');
  const qa = await server.http.post(`${ticket.url}promote/`).expect(200);
  expect(qa.body).toMatchObject({ stage: 'qa', current_workflow_step: '400', status: '000', release: null, version: 3 });
  const prod = await server.http.post(`${ticket.url}promote/`).expect(200);
  expect(prod.body).toMatchObject({ stage: 'prod', current_workflow_step: '1000', status: '1000', release: 1, version: 4 });
  expect(prod.body).toMatchObject({
    changes: [{ specifier: 'cart', scope: null, change: 'added', from: null, to: { url: moduleUrl('cart') } }],
  });
  expect(prod.headers.etag).toBe('"4"');
  const back = await server.http.post(`${ticket.url}revert/`).send({ reason: 'Broken' }).expect(200);
  expect(back.body).toMatchObject({ stage: 'qa', current_workflow_step: '400', status: '000', release: 2, version: 5 });
  expect(back.body).toMatchObject({ changes: [{ specifier: 'cart', change: 'removed' }], superseded: [], dependents: [] });
});

it('is frozen past dev', async () => {
  const ticket = await aStampedTicket(server).withModule('nav').at('qa');
  await expect(changeModules(server, ticket.id, [setTo('nav', moduleUrl('nav', 2))])).rejects.toMatchObject({
    code: 'ticket.frozen',
  });
});
