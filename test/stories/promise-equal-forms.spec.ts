// A time, and where a ticket is, look the same in every answer; what is text ends with one line break. Asked of every GET of the
// OpenAPI document, and of the verbs of holds, locks and releases.
import { aStampedTicket, moduleUrl } from '../builders/stamped-ticket.js';
import { callOperation, operationsOf, type Reply } from '../access/operations.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
const written: [string, unknown][] = [];
beforeAll(async () => {
  server = await startTestServer();
  const post = async (url: string, body: object = {}): Promise<void> => {
    const { status, body: told } = await server.http.post(url).send(body);
    expect([url, status < 300, told]).toEqual([url, true, told]);
    written.push([`post ${url}`, told]);
  };
  const ticket = await aStampedTicket(server).withModule('nav').at('prod');
  const other = await aStampedTicket(server).withModule('nav', moduleUrl('nav', 2)).at('dev');
  await aStampedTicket(server).withModule('nav', moduleUrl('nav', 3)).at('prod');
  await post(`${ticket.url}hold/`, { reason: 'notes', until: '2999-01-01T12:00:00+02:00' });
  await post(`${other.url}hold/`, { reason: 'notes' });
  await post('/api/v1/stage/prod/lock/', { reason: 'holidays', until: '2h' });
  await post('/api/v1/token/', { owner: 'ci', scopes: ['read'], purpose: 'x' });
  await post('/api/v1/command/', { text: `why ${other.key}` });
  const failed = { current_workflow_step: '999', reason: 'no' };
  written.push([
    'patch',
    (await server.http.patch(other.url.replace('ticket', 'updateticketstatus')).send(failed)).body,
  ]);
});
afterAll(() => server.stop());

async function everyAnswer(): Promise<[name: string, reply: Reply][]> {
  const replies: [string, Reply][] = [];
  for (const operation of operationsOf(server).filter(({ method }) => method === 'get'))
    for (const id of [1, 2, 3]) {
      const url = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? String(id));
      replies.push([`get ${url}`, await callOperation(server, operation, url)]);
    }
  return replies.filter(([, { status }]) => status === 200);
}
const PARAMETERS: Readonly<Record<string, string>> = { project: 'default', name: 'prod', ids: '1;2;3' };

/** Every text of a JSON value, with the name of the member that it is in. */
function* textsIn(value: unknown, name = ''): Generator<[name: string, text: string]> {
  if (typeof value === 'string') yield [name, value];
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(one, name);
  else if (typeof value === 'object' && value !== null)
    for (const [member, one] of Object.entries(value)) yield* textsIn(one, member);
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

test('every time is RFC 3339 in UTC, with microseconds and Z', async () => {
  const wrong: string[] = [];
  let seen = 0;
  const answers = [...(await everyAnswer()).map(([name, { text }]) => [name, jsonOf(text)] as const), ...written];
  for (const [name, body] of answers) {
    // What a rule of windows says is local by what it is for, and has its zone beside it.
    if (name.includes('openapi.json') || name.includes('/api/v1/policy/')) continue;
    for (const [member, text] of textsIn(body)) {
      if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) continue;
      seen++;
      if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) wrong.push(`${name}: ${member} is ${text}`);
    }
  }
  expect([...new Set(wrong)]).toEqual([]);
  expect(seen).toBeGreaterThan(100);
}, 60_000);

/** Every object in a JSON value. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const one of Object.values(value)) yield* objectsIn(one);
}

test('an answer about a ticket says where it is, and its key beside it', async () => {
  const wrong: string[] = [];
  let seen = 0;
  const answers = [...(await everyAnswer()).map(([name, { text }]) => [name, jsonOf(text)] as const), ...written];
  for (const [name, body] of answers)
    for (const object of objectsIn(body)) {
      // Resources refer to it, and have fields of their own; events say it in their line.
      if (!/^\/api\/v1\/ticket\/\d+\/$/.test(String(object.ticket)) || 'resource_uri' in object || 'seq' in object)
        continue;
      seen++;
      if (!/^TKT-\d+$/.test(String(object.key))) wrong.push(name);
    }
  expect([...new Set(wrong)]).toEqual([]);
  expect(seen).toBeGreaterThan(10);
}, 60_000);

test('what is text ends with one line break', async () => {
  const wrong: string[] = [];
  const answers = await everyAnswer();
  for (const [name, { text }] of answers)
    if (text !== '' && jsonOf(text) === undefined && !/[^\n]\n$/.test(text)) wrong.push(`${name}: …${text.slice(-40)}`);
  expect(wrong).toEqual([]);
  for (const accept of ['text/html', '*/*'])
    for (const path of ['/', '/docs', '/stream', '/snippet.html', '/stamp.js', '/metrics', '/cli/']) {
      const reply = await fetch(server.base + path, { headers: { accept }, signal: AbortSignal.timeout(20_000) });
      if (!/^text\/(?!event-stream)/.test(reply.headers.get('content-type') ?? '')) {
        await reply.body?.cancel();
        continue;
      }
      expect([path, /[^\n]\n$/.test(await reply.text())]).toEqual([path, true]);
    }
}, 60_000);
