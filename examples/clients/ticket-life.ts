// A ticket's life with a client generated from openapi.json: openapi-typescript makes the types, openapi-fetch uses them.
//
//   npx openapi-typescript http://localhost:8000/openapi.json -o schema.d.ts
//   STAMP_URL=http://localhost:8000 node ticket-life.js
//
// Exit code 0 when everything went as written here.
import createClient from 'openapi-fetch';
import type { paths } from './schema.js';

const baseUrl = process.env.STAMP_URL ?? 'http://localhost:8000';
const client = createClient<paths>({ baseUrl });

/** The data of a reply, or an error that says what the server said. */
function must<T>(reply: { data?: T; error?: unknown }): T {
  if (reply.data === undefined) throw new Error(JSON.stringify(reply.error));
  return reply.data;
}

const ticket = must(
  await client.POST('/api/v1/bundle/', {
    body: {
      owner: 'bob@example.com',
      title: 'A change from TypeScript',
      subtickets: [{ sourcepackage: 'nodejs', version: '18.19.0-1', assignee: 'bob@example.com' }],
    },
  }),
);
const [subticket] = ticket.subtickets;
if (!subticket) throw new Error('The bundle made no subticket.');
console.log(`${ticket.key} created`);

const id = String(subticket.id);
must(
  await client.PATCH('/api/v1/updatesubticketstatus/{id}/', {
    params: { path: { id } },
    body: { current_workflow_step: 200, status: '1000' },
  }),
);
const built = must(await client.GET('/api/v1/ticket/{id}/', { params: { path: { id: ticket.key } } }));
if (built.current_workflow_step !== '200' || built.status !== '1000')
  throw new Error(`The ticket is at ${built.current_workflow_step}/${built.status}.`);

for (const step of ['300', '400', '500', '1000']) {
  const status = step === '1000' ? '1000' : '000';
  must(
    await client.PATCH('/api/v1/updateticketstatus/{id}/', {
      params: { path: { id: String(ticket.id) } },
      body: { current_workflow_step: step, status },
    }),
  );
}
const history = must(
  await client.GET('/api/v1/ticket/{id}/history/', { params: { path: { id: ticket.key }, query: { limit: 100 } } }),
);
console.log(`${ticket.key} complete after ${history.objects.length} changes`);
