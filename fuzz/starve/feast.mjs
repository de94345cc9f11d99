// What the attacks of --starve work on: an object of each kind, large tickets, a large module, a ticket to upload to; and what
// openapi.json says.
import { exampleOf } from './examples.mjs';
import { operationsOf } from './record.mjs';

const LARGE_TICKETS = 300;
const LARGE_MODULE = 30 * 1024 * 1024;
const EVENT_BATCHES = 6;
const IN_PARALLEL = 8;
/** Uploads of source packages: one for each client. */
const UPLOADS = 16;

/** Lines that a pattern with backreferences tries in many ways. */
const eventsOf = (batch) => ({
  method: 'POST',
  headers: { 'content-type': 'application/cloudevents-batch+json' },
  body: JSON.stringify(
    Array.from({ length: 500 }, (_, index) => ({
      specversion: '1.0',
      id: `${batch}-${index}`,
      source: 'https://ci.example/',
      type: 'run',
      data: { line: 'a'.repeat(120) },
    })),
  ),
});

/** @returns {Promise<import('./making.mjs').Ground>} */
export async function layFeast(base) {
  const call = async (path, options) => {
    const reply = await fetch(base + path, options);
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const post = (path, body) =>
    call(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const document = await call('/openapi.json');
  const operations = operationsOf(document);
  // The examples of members name the second person, who is a team.
  await post('/api/v1/person/', { name: 'One', email: 'one@example.com' });
  await post('/api/v1/person/', { name: 'QA', email: 'qa@example.com', is_team: true });
  await oneOfEach({ operations }, post);
  for (let made = 1; made < UPLOADS; made += 1)
    await post('/api/v1/spu/', { sourcepackage: '/api/v1/sourcepackage/1/', version: `1.${made}` });
  const { id: ticket } = await post('/api/v1/ticket/', { title: 'attacked' });
  for (let batch = 0; batch < EVENT_BATCHES; batch += 1) await call('/events', eventsOf(batch));
  const form = new FormData();
  form.append('specifier', 'large');
  form.append('file', new Blob([Buffer.alloc(LARGE_MODULE, '// 3\n')]), 'large.js');
  const uploaded = await call(`/api/v1/ticket/${ticket}/modules/`, { method: 'POST', body: form });
  const description = 'x'.repeat(95_000);
  const lane = async (_, index) => {
    for (let made = index; made < LARGE_TICKETS; made += IN_PARALLEL)
      await post('/api/v1/ticket/', { title: `large ${made}`, description });
  };
  await Promise.all(Array.from({ length: IN_PARALLEL }, lane));
  const modulePath = new URL(uploaded.modules[0].url).pathname;
  return { base, ticket, own: [], common: [], modulePath, document, operations, releases: [] };
}

/** Those that need others come after them. */
async function oneOfEach(ground, post) {
  const kinds = ground.operations.map(({ operationId }) => /^patchList_(.+)$/.exec(operationId)?.[1]).filter(Boolean);
  for (let left = kinds; left.length > 0;) {
    const [before, errors] = [left, []];
    left = [];
    for (const kind of before)
      await post(`/api/v1/${kind}/`, exampleOf(ground, kind)).catch((error) => {
        left.push(kind);
        errors.push(error);
      });
    if (left.length === before.length) throw errors[0];
  }
}
