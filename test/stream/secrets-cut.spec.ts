// A secret that a message, a line or a name cuts in two stays hidden: what is quoted is redacted before it is cut. Every place in a
// command where a word is quoted, with each kind of secret at each distance from where words are cut; and forms and headers.
import { pino } from 'pino';
import { newToken } from '../../src/access/token-text.js';
import { quoted } from '../../src/platform/redact.js';
import { formOf, postForm } from '../builders/modules.js';
import { aSpu } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;
const logged: string[] = [];

beforeAll(async () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  server = await startTestServer({}, undefined, log);
  await server.http.post('/api/v1/ticket/').send({ title: 'Is there' }).expect(201);
  await server.http
    .post('/api/v1/ticket/1/modules/')
    .send({ specifier: 'a', url: 'https://cdn.example/a.js' })
    .expect(201);
});
afterAll(() => server.stop());

/** Whatever three letters of these follow each other somewhere, came from a secret. */
const HIDDEN = 'QZXJVKWQZXJVKWQZXJVKWQZXJVKW';
const PARTS = Array.from({ length: 7 }, (_, at) => HIDDEN.slice(at, at + 3));
const SECRETS = [
  `stl_${HIDDEN}`,
  `ghp_${HIDDEN}`,
  `AKIA${HIDDEN}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${HIDDEN}`,
  `https://ada:${HIDDEN}@h.example/`,
  `password=${HIDDEN}`,
  `"Basic ${HIDDEN}"`,
];
/** Where a command says a word that is wrong, and the refusal may quote it. */
const COMMANDS: readonly ((word: string) => string)[] = [
  (word) => word,
  (word) => `promote ${word}`,
  (word) => `promote 1 ${word}`,
  (word) => `promote 1 --release ${word}`,
  (word) => `hold 1 --reason x --until ${word}`,
  (word) => `hold 1 --reason x ${word}`,
  (word) => `hold 1 --reason ${word}`,
  (word) => `lock ${word} --reason x`,
  (word) => `rollback ${word}`,
  (word) => `confirm ${word}`,
  (word) => `diff ${word}`,
  (word) => `status ${word}`,
  (word) => `rebase 1 --take ${word}`,
];

async function nowhere(): Promise<void> {
  const rows = await server.sql<{ row: string }>('SELECT e::text AS row FROM event e');
  const places = { events: rows.map(({ row }) => row), logs: logged };
  const found = Object.entries(places).flatMap(([place, texts]) =>
    texts.flatMap((text) => {
      const at = PARTS.map((part) => text.indexOf(part)).find((one) => one >= 0);
      return at === undefined ? [] : [`${place}: … ${text.slice(Math.max(at - 150, 0), at + 50)}`];
    }),
  );
  expect(found.slice(0, 5)).toEqual([]);
}

const behind = (pad: number, secret: string): string =>
  secret.startsWith('"')
    ? `"${'p'.repeat(pad)} ${secret.slice(1)}`
    : `${'p'.repeat(pad)}${pad > 0 ? '/' : ''}${secret}`;

test('what a refused command quotes', async () => {
  const texts = COMMANDS.flatMap((command) =>
    SECRETS.flatMap((secret) =>
      [0, 5, 10, 20, 25, 30, 35, 38, 40, 41, 42, 43, 44, 45, 46, 47, 50, 60, 70, 85, 90, 95].map((pad) =>
        command(behind(pad, secret)),
      ),
    ),
  );
  const codes = new Set<string>();
  for (let at = 0; at < texts.length; at += 8)
    await Promise.all(
      texts.slice(at, at + 8).map(async (text) => {
        const { status, body } = await server.http.post('/api/v1/command/').send({ text });
        expect([text, status < 500]).toEqual([text, true]);
        codes.add(body.code ?? 'done');
      }),
    );
  expect(codes.size).toBeGreaterThan(6);
  await nowhere();
}, 240_000);

test('what is quoted, cut anywhere', () => {
  for (const secret of SECRETS)
    for (let pad = 0; pad < 120; pad += 1)
      for (const most of [50, 70, 100]) {
        const shown = quoted(`${'p'.repeat(pad)} ${secret} and more`, most);
        expect([shown.length <= most, PARTS.filter((part) => shown.includes(part))]).toEqual([true, []]);
      }
});

test('texts, names and contents of forms', async () => {
  const texts = [
    'specifier',
    'scope',
    'mode',
    'name',
    'version',
    'entry',
    'url',
    'integrity',
    'git_remote',
    'git_branch',
    'git_commit',
    'delete',
    'nonsense',
  ];
  const statuses = new Set<number>();
  for (const secret of SECRETS.map((one) => one.replaceAll('"', ''))) {
    for (const name of texts) {
      const form = formOf({ specifier: 'cart', [name]: secret }, { 'cart.js': 'export default 1' });
      statuses.add((await postForm(server, '/api/v1/ticket/1/modules/', form)).status);
    }
    for (const [field, file] of [
      [secret, 'cart.js'],
      ['file', `${secret}.js`],
      ['file', `${'p'.repeat(90)}${secret}.js`],
    ] as const) {
      const form = new FormData();
      form.append('specifier', 'cart');
      form.append(field, new Blob([`import '${secret}'; import './${secret}'; export default '${secret}'`]), file);
      statuses.add((await postForm(server, '/api/v1/ticket/1/modules/', form)).status);
      statuses.add((await postForm(server, `${await aSpu(server, 'hello')}files/`, form)).status);
    }
  }
  expect([...statuses].every((status) => status < 500)).toBe(true);
  expect(statuses.size).toBeGreaterThan(2);
  await nowhere();
}, 120_000);

test('attributes of events in headers', async () => {
  const attributes = [
    'id',
    'source',
    'type',
    'subject',
    'time',
    'ticket',
    'project',
    'stage',
    'severity',
    'line',
    'link',
    'nonsense',
  ];
  const usual = { 'ce-specversion': '1.0', 'ce-source': 'https://ci.example/dep8', 'ce-type': 'testrun.finished' };
  const statuses = new Set<number>();
  for (const secret of [...SECRETS.map((one) => one.replaceAll('"', '')), newToken()])
    for (const name of attributes) {
      const headers = { ...usual, 'ce-id': `run-${Math.random()}`, [`ce-${name}`]: secret };
      const reply = await fetch(`${server.base}/events`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'text/plain' },
        body: `Authorization: ${secret} token=${secret}`,
      });
      statuses.add(reply.status);
      expect([name, reply.status < 500]).toEqual([name, true]);
    }
  expect([...statuses].some((status) => status < 300)).toBe(true);
  await nowhere();
}, 60_000);

test('the names of what is made and deleted, in lines', async () => {
  for (const secret of SECRETS.map((one) => one.replaceAll('"', '')))
    for (let pad = 40; pad < 95; pad += 3) {
      const name = `${'p'.repeat(pad)} ${secret}`;
      const { body } = await server.http.post('/api/v1/person/').send({ name, email: 'a@example.com' }).expect(201);
      await server.http.delete(`/api/v1/person/${body.id}/`).expect(204);
      await server.http
        .post('/api/v1/ticketlink/')
        .send({ ticket: 1, kind: 'bug', url: 'https://b.example', title: name });
      await server.http
        .post('/api/v1/ticketartifact/')
        .send({ ticket: 1, name, reference: 'https://b.example', type: 'LOGS' });
    }
  await nowhere();
}, 60_000);
