// Many writers of production at once, over HTTP and on two servers: what is acknowledged is what releases say, in their order;
// refusals, repeated keys and a lost COMMIT in a batch are each writer's own; and who waits stands in nobody's way.
import pg from 'pg';
import { aStampedTicket, aStagedProject, moduleUrl, productionOf } from '../builders/stamped-ticket.js';
import type { PostgresProxy } from '../setup/postgres-proxy.js';
import type { TestServer } from '../setup/test-server.js';
import { startTwoServers, type TwoServers } from '../setup/two-servers.js';

let servers: TwoServers;
let near: TestServer;
let far: TestServer;
let proxy: PostgresProxy;

beforeAll(async () => {
  servers = await startTwoServers();
  ({ near, far, proxy } = servers);
  // Until it hears of what others do, it gives a page a quarter of a second.
  for (const { base } of [near, far])
    while ((await fetch(`${base}/import-map.json`)).headers.has('x-stamp-status'))
      await new Promise((resolve) => setTimeout(resolve, 20));
});

afterAll(() => servers.stop());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

async function send(
  server: TestServer,
  method: string,
  path: string,
  body?: object,
  headers: object = {},
): Promise<Answer> {
  const reply = await fetch(server.base + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: reply.status, text: await reply.text(), replayed: reply.headers.has('idempotent-replayed') };
}

const set = (server: TestServer, project: string, service: string, version: string | number, key?: string) =>
  send(
    server,
    'PATCH',
    `/p/${project}/services?skip_url_check`,
    { service, url: moduleUrl(service, version) },
    key === undefined ? {} : { 'idempotency-key': key },
  );

const releasesOf = (project: string) =>
  near.sql<{ number: number; parent: number; operations: { specifier: string; set: { url: string } }[] }>(
    `SELECT r.number, r.parent, l.operations FROM release r JOIN project p ON p.id = r.project_id
      LEFT JOIN layer l ON l.id = r.layer_id WHERE p.name = $1 AND r.number > 0 ORDER BY r.number`,
    [project],
  );

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

it('keeps every write, each its release, and the last one of a key is in the map', async () => {
  await aStagedProject(near, 'many');
  const writes = upTo(64).map((index) => ({ index, service: `module-${index % 5}`, server: index % 2 ? near : far }));
  const answers = await Promise.all(writes.map(({ server, service, index }) => set(server, 'many', service, index)));
  expect(answers.map(({ status, text }) => (status === 200 ? 200 : text))).toEqual(writes.map(() => 200));
  for (const { index, service } of writes) expect(answers[index]?.text).toContain(moduleUrl(service, index));
  const releases = await releasesOf('many');
  expect(releases.map(({ number, parent }) => [number, parent])).toEqual(writes.map((_, index) => [index + 1, index]));
  const folded = Object.fromEntries(
    releases.flatMap(({ operations }) => operations.map((one) => [one.specifier, one.set.url] as const)),
  );
  expect(await productionOf(near, 'many')).toEqual(folded);
  const events = await near.sql(
    "SELECT 1 FROM event e JOIN project p ON p.id = e.project_id WHERE p.name = 'many' AND e.type = 'release.created'",
  );
  expect(events).toHaveLength(64);
});

it('judges each on what the one before it made, and a refused one takes no other with it', async () => {
  const { uri } = await aStagedProject(near, 'judged');
  const tickets = await Promise.all(
    upTo(6).map(async (index) =>
      aStampedTicket(near).with({ project: uri }).withModule('cart', moduleUrl('cart', index)).at('qa'),
    ),
  );
  const direct = { imports: { direct: moduleUrl('direct') } };
  const writes = [
    ...tickets.map(({ url }) => send(near, 'POST', `${url}promote/`)),
    ...upTo(6).map((index) => set(near, 'judged', `module-${index}`, 1)),
    ...upTo(3).map(() => send(near, 'PATCH', '/api/v1/stage/prod/?project=judged', direct, { 'if-match': '"0"' })),
    ...upTo(3).map(() =>
      send(near, 'POST', '/api/v1/stage/prod/rollback/?project=judged', { release: 999 }, { 'if-match': '*' }),
    ),
  ];
  const statuses = (await Promise.all(writes)).map(({ status }) => status);
  expect(statuses.slice(0, 6).sort()).toEqual([200, 409, 409, 409, 409, 409]);
  expect(statuses.slice(6, 12)).toEqual(upTo(6).map(() => 200));
  expect(statuses.slice(12, 15).filter((status) => status === 200).length).toBeLessThanOrEqual(1);
  expect(statuses.slice(15)).toEqual([404, 404, 404]);
  const releases = await releasesOf('judged');
  expect(releases).toHaveLength(statuses.filter((status) => status === 200).length);
  expect(Object.keys(await productionOf(near, 'judged'))).toEqual(
    expect.arrayContaining(['cart', ...upTo(6).map((index) => `module-${index}`)]),
  );
});

it('writes what comes together in few statements, and tells of it in the order of the releases', async () => {
  await aStagedProject(near, 'together');
  await set(far, 'together', 'first', 0);
  const before = proxy.statementsOf('stampline');
  const writes = upTo(60).map((index) => set(far, 'together', `module-${index}`, 1));
  expect((await Promise.all(writes)).map(({ status }) => status)).toEqual(writes.map(() => 200));
  // One and more for each of them, where each is sent by itself.
  expect(proxy.statementsOf('stampline') - before).toBeLessThan(60);
  const told = await near.sql<{ release: number }>(
    `SELECT (e.data->>'release')::int AS release FROM event e JOIN project p ON p.id = e.project_id
      WHERE p.name = 'together' AND e.type = 'release.created' ORDER BY e.id`,
  );
  expect(told.map(({ release }) => release)).toEqual(upTo(61).map((index) => index + 1));
  const releases = await near.sql<{ since: string }>(
    `SELECT r.live_since::text AS since FROM release r JOIN project p ON p.id = r.project_id
      WHERE p.name = 'together' ORDER BY r.number`,
  );
  expect(releases.map(({ since }) => since)).toEqual(releases.map(({ since }) => since).sort());
});

it('keeps the order where promotions, files and refusals are among them', async () => {
  const { uri } = await aStagedProject(near, 'mixed');
  const tickets = await Promise.all(
    upTo(8).map(async (index) =>
      aStampedTicket(near).with({ project: uri }).withModule(`cart-${index}`, moduleUrl('cart', index)).at('qa'),
    ),
  );
  const writes = upTo(32).map((index) =>
    index % 4 === 0
      ? send(near, 'POST', `${tickets[index / 4]?.url}promote/`)
      : index % 4 === 1
        ? send(near, 'PATCH', '/api/v1/stage/prod/?project=mixed', { imports: {} }, { 'if-match': '"999"' })
        : set(near, 'mixed', `module-${index}`, 1),
  );
  const statuses = (await Promise.all(writes)).map(({ status }) => status);
  expect(statuses).toEqual(upTo(32).map((index) => (index % 4 === 1 ? 412 : 200)));
  const releases = await releasesOf('mixed');
  expect(releases.map(({ number, parent }) => [number, parent])).toEqual(upTo(24).map((index) => [index + 1, index]));
  const told = await near.sql<{ release: number }>(
    `SELECT (e.data->>'release')::int AS release FROM event e JOIN project p ON p.id = e.project_id
      WHERE p.name = 'mixed' AND e.data ? 'release' AND e.type IN ('release.created', 'ticket.promoted') ORDER BY e.id`,
  );
  const numbers = told.map(({ release }) => release).filter(Boolean);
  expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
  expect(numbers.length).toBeGreaterThanOrEqual(16);
});

it('does what one Idempotency-Key asks for once, also where it comes twice in a batch', async () => {
  await aStagedProject(near, 'keyed');
  const answers = await Promise.all(
    upTo(24).map((index) => set(near, 'keyed', `module-${index % 8}`, 1, `key-${index % 8}`)),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(8);
  for (const index of upTo(24)) expect(answers[index]?.text).toBe(answers[index % 8]?.text);
  expect(await releasesOf('keyed')).toHaveLength(8);
});

it('tells each that nobody knows where a COMMIT is lost, and the same keys tell', async () => {
  await aStagedProject(near, 'lost');
  const all = () => Promise.all(upTo(16).map((index) => set(far, 'lost', `module-${index}`, 1, `lost-${index}`)));
  const lost = proxy.lost;
  proxy.loseAnswerToCommitOf(/releases?_write/);
  const first = await all();
  expect(proxy.lost).toBeGreaterThan(lost);
  for (const { status, text } of first)
    if (status !== 200) expect([status, text]).toEqual([503, expect.stringContaining('may or may not')]);
  const again = await all();
  expect(again.map(({ status }) => status)).toEqual(again.map(() => 200));
  const releases = await releasesOf('lost');
  expect(releases).toHaveLength(16);
  expect(Object.keys(await productionOf(near, 'lost'))).toEqual(
    expect.arrayContaining(upTo(16).map((index) => `module-${index}`)),
  );
});

/** What writers of production come to that are sent while another process holds its pointer, and others write meanwhile. */
async function whileHeld(project: string, sendAll: () => Promise<Answer>[]): Promise<Answer[]> {
  await set(near, project, 'first', 1);
  const holder = new pg.Client(near.connection);
  await holder.connect();
  await holder.query(
    `BEGIN; SELECT 1 FROM map_pointer m JOIN project p ON p.id = m.project_id WHERE p.name = '${project}' FOR UPDATE OF m`,
  );
  let held = true;
  const writes = Promise.all(sendAll());
  writes.catch(() => undefined);
  try {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await Promise.all(
      upTo(30).map((index) =>
        near.http
          .post('/api/v1/ticket/')
          .send({ title: `t${index}` })
          .expect(201)
          .then(() => expect(held).toBe(true)),
      ),
    );
  } finally {
    held = false;
    await holder.query('COMMIT');
    await holder.end();
  }
  return writes;
}

it('holds no connection while it waits: whoever writes something else is answered', async () => {
  await aStagedProject(near, 'waiting');
  const answers = await whileHeld('waiting', () => upTo(60).map((index) => set(near, 'waiting', `module-${index}`, 1)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
});

const say = (project: string, texts: readonly string[]) =>
  texts.map((text) => send(near, 'POST', `/api/v1/command/?project=${project}`, { text }));

it('commands that promote wait for their turn without a connection, too, and so do their confirmations', async () => {
  const { uri } = await aStagedProject(near, 'said');
  const tickets = await Promise.all(
    upTo(40).map((index) => aStampedTicket(near).with({ project: uri }).withModule(`module-${index}`).at('qa')),
  );
  const promote = tickets.map(({ key }) => `promote ${key}`);
  const asked = await whileHeld('said', () => say('said', promote));
  expect(asked.map(({ status, text }) => (status === 202 ? status : text))).toEqual(promote.map(() => 202));
  const confirm = asked.map(({ text }) => (JSON.parse(text) as { confirm: { text: string } }).confirm.text);
  const done = await whileHeld('said', () => say('said', confirm));
  expect(done.map(({ status, text }) => (status === 200 ? status : text))).toEqual(confirm.map(() => 200));
  const again = await Promise.all(say('said', confirm));
  expect(again.map(({ status }) => status)).toEqual(confirm.map(() => 404));
  // Twice something else's release, and one for each ticket.
  expect((await releasesOf('said')).map(({ number }) => number)).toEqual(upTo(41).map((index) => index + 1));
  for (const { url } of tickets)
    expect(((await near.http.get(url).expect(200)).body as { stage: string }).stage).toBe('prod');
});
