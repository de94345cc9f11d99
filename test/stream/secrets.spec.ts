// A secret in whatever text a request carries is in no event, history, stream or log: every operation that takes a body, with
// a token in each of its texts in turn; and the two ways to redact, in Node and in SQL, agree.
import fc from 'fast-check';
import { pino } from 'pino';
import { redacted, redactedSql } from '../../src/platform/redact.js';
import { newToken } from '../../src/access/token-text.js';
import { type Operation, operationsOf } from '../access/operations.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
let operations: Operation[];
const logged: string[] = [];
const secrets: string[] = [];

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  server = await startTestServer({}, undefined, log);
  operations = operationsOf(server);
});
afterAll(() => server.stop());

const secret = (): string => {
  const token = newToken();
  secrets.push(token.slice(4, 20));
  return token;
};

/** The document with a secret in one of its texts, for each of them: as words, or in a URL's query and its user. */
function* spoiled(value: unknown): Generator<unknown> {
  if (typeof value === 'string') {
    if (/^https?:/.test(value)) {
      yield `${value}?token=${secret()}`;
      yield value.replace('://', `://ada:${secret()}@`);
    } else {
      yield `${value} ${secret()}`;
      yield secret();
    }
  } else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value))
      for (const one of spoiled(inner)) yield Array.isArray(value) ? [one] : { ...value, [key]: one };
}

/** Texts that examples leave out. */
const MORE = {
  reason: 'r',
  purpose: 'p',
  description: 'd',
  base_image: 'b',
  until: '2h',
  line: 'l',
  source: 's',
  id: 'i',
  type: 'x.y',
  stage: 'q',
};

const send = (method: string, url: string, body?: unknown): Promise<Response> =>
  fetch(server.base + url, {
    method: method.toUpperCase(),
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function nowhere(): Promise<void> {
  const rows = await server.sql<{ row: string }>('SELECT e::text AS row FROM event e');
  expect(rows.length).toBeGreaterThan(0);
  const stream = await (await fetch(`${server.base}/api/v1/event/?limit=1000`)).text();
  const history = await (await fetch(`${server.base}/api/v1/ticket/1/history/?limit=1000`)).text();
  const places = { events: rows.map(({ row }) => row), stream: [stream], history: [history], logs: logged };
  const found = Object.entries(places).flatMap(([place, texts]) =>
    texts.filter((text) => secrets.some((one) => text.includes(one))).map((text) => `${place}: ${text.slice(0, 300)}`),
  );
  expect(found).toEqual([]);
}

test('every operation that takes texts', async () => {
  await send('post', '/api/v1/ticket/', { title: 'Is there' });
  const statuses = new Map<boolean, number>();
  for (const { method, url, example } of operations.filter((one) => one.example !== undefined))
    for (const body of spoiled(Array.isArray(example) ? example : { ...MORE, ...(example as object) })) {
      const { status } = await send(method, url, body);
      expect([url, status < 500]).toEqual([url, true]);
      statuses.set(status < 300, (statuses.get(status < 300) ?? 0) + 1);
    }
  expect(statuses.get(true)).toBeGreaterThan(30);
  await nowhere();
}, 240_000);

test('what verbs, commands and paths say', async () => {
  const verbs = ['close', 'reopen', 'hold', 'unhold'];
  for (const verb of verbs) {
    await send('post', `/api/v1/ticket/1/${verb}/`, { reason: `because ${secret()}` });
    await send('post', '/api/v1/command/', { text: `${verb} 1 --reason "token ${secret()}"` });
  }
  const failure = {
    current_workflow_step: '999',
    status: '999',
    reason: `no ${secret()}`,
    code: secret(),
    log: `https://ada:${secret()}@ci.example/`,
  };
  expect((await send('patch', '/api/v1/updateticketstatus/1/', failure)).status).toBe(202);
  for (const method of ['get', 'delete', 'patch'])
    await send(method, `/api/v1/ticket/${secret()}/`, method === 'patch' ? {} : undefined);
  await send('get', `/modules/${secret()}/x.js`);
  await send('get', `/nothing/${secret()}?token=${secret()}`);
  await send('delete', '/api/v1/ticket/1/');
  await nowhere();
  expect(logged.length).toBeGreaterThan(10);
});

test('what a person keeps in a field stays theirs', async () => {
  const title = `Rotate ${secret()}`;
  const { id } = (await (await send('post', '/api/v1/ticket/', { title })).json()) as { id: number };
  expect(await (await send('get', `/api/v1/ticket/${id}/`)).json()).toMatchObject({ title });
  await nowhere();
});

test('SQL redacts as Node does', async () => {
  const pieces = [
    'stl_abcdefgh12',
    'ghp_0123456789',
    'AKIA0123456789AB',
    'eyJhbGci.eyJzdWIi.x',
    'Bearer ',
    'basic ',
    'token',
    ': ',
    '=',
    '"',
    '\\',
    '://',
    'ada:pw',
    '@',
    '/',
    ' ',
    '-',
    '_',
    'x',
    'é',
    'password',
    '"secret": "',
    'API_KEY',
  ];
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((some) => some.join(''));
  const some = fc.sample(texts, { numRuns: 500, seed: 7 });
  const rows = await server.sql<{ given: string; shown: string }>(
    `SELECT g.text AS given, ${redactedSql('g.text')} AS shown FROM unnest($1::text[]) g(text)`,
    [some],
  );
  expect(rows.filter(({ given, shown }) => redacted(given) !== shown)).toEqual([]);
  expect(rows.filter(({ given, shown }) => given !== shown).length).toBeGreaterThan(100);
});
