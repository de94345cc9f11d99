// Pages while the database can't be asked: what was known last, told as stale, within a quarter of a second; and the way back.
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
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
});

afterAll(() => servers.stop());

interface Answer {
  readonly status: number;
  readonly stamp: string | null;
  readonly caching: string | null;
  readonly imports: Record<string, string>;
  readonly ms: number;
}

async function ask(query = ''): Promise<Answer> {
  const start = performance.now();
  const reply = await fetch(`${far.base}/import-map.json${query}`);
  const body = (await reply.json()) as { imports: Record<string, string> };
  const { headers, status } = reply;
  const [stamp, caching] = [headers.get('x-stamp-status'), headers.get('cache-control')];
  return { status, stamp, caching, imports: body.imports, ms: performance.now() - start };
}

async function until(done: (answer: Answer) => boolean, query?: string): Promise<Answer> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await ask(query);
    if (done(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('That never came.');
}

const isFresh = ({ stamp }: Answer): boolean => stamp === null;
const isStale = ({ stamp }: Answer): boolean => stamp === 'stale';

const release = (version: number) =>
  near.http
    .patch('/services?skip_url_check')
    .send({ service: 'app', url: moduleUrl('app', version) })
    .expect(200);

describe.each(['goDark', 'goSilent'] as const)('the database when it %s', (fault) => {
  it("is not waited for, and what changed meanwhile is there when it's back", async () => {
    await release(1);
    const { id, key } = await aStampedTicket(near).withModule('cart');
    await until(({ stamp, imports }) => stamp === null && imports.app === moduleUrl('app', 1));
    expect((await until(isFresh, `?dev=${key}`)).imports).toHaveProperty('cart');

    proxy[fault]();
    const stale = await until(isStale);
    expect(stale).toMatchObject({ status: 200, caching: 'no-store', imports: { app: moduleUrl('app', 1) } });
    for (const query of ['', `?dev=${key}`]) {
      const answer = await ask(query);
      expect(answer).toMatchObject({ status: 200, stamp: 'stale' });
      expect(answer.ms).toBeLessThan(400);
    }
    expect((await ask(`?dev=${key}`)).imports).toHaveProperty('cart', moduleUrl('cart'));
    for (const path of ['/stamp.js', '/snippet.html', '/import-map.json?env=prod'])
      expect((await fetch(far.base + path)).headers.get('x-stamp-status')).toBe('stale');
    // In nobody's memory, and not waited for either.
    const old = await ask('?release=1');
    expect([old.status, old.ms < 400]).toEqual([503, true]);
    const unknown = await ask('?dev=TKT-99999');
    expect(unknown).toMatchObject({ status: 200, stamp: 'unknown; stale', imports: { app: moduleUrl('app', 1) } });
    expect(unknown.ms).toBeLessThan(400);

    await release(2);
    await changeModules(near, id, [setTo('cart', moduleUrl('cart', 2))]);
    expect((await ask()).imports).toHaveProperty('app', moduleUrl('app', 1));
    proxy.heal();
    expect((await until(isFresh)).imports).toHaveProperty('app', moduleUrl('app', 2));
    expect((await until(isFresh, `?dev=${key}`)).imports).toHaveProperty('cart', moduleUrl('cart', 2));
  });
});

it('hears of what others do again after its connection was cut', async () => {
  await near.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'stampline maps'");
  await until(isFresh);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await release(3);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect((await ask()).imports).toHaveProperty('app', moduleUrl('app', 3));
});

describe('answers that are held back', () => {
  const PATHS = ['/import-map.json', '/stamp.js', '/snippet.html', '/import-map.json?env=prod'];
  const statusOf = async (path: string): Promise<string | null> =>
    (await fetch(far.base + path)).headers.get('x-stamp-status');

  it('are told as stale as soon as the last word is a second old, and by no answer that was kept', async () => {
    await release(4);
    await until(({ stamp, imports }) => stamp === null && imports.app === moduleUrl('app', 4));
    for (const path of PATHS) expect(await statusOf(path)).toBe(null);
    proxy.holdAnswers();
    try {
      await release(5);
      await new Promise((resolve) => setTimeout(resolve, 1050));
      for (const path of PATHS) expect([path, await statusOf(path)]).toEqual([path, 'stale']);
    } finally {
      proxy.releaseAnswers();
    }
    await until(({ stamp, imports }) => stamp === null && imports.app === moduleUrl('app', 5));
  });

  it('are not missed where the link holds: nothing is told as stale', async () => {
    const said = new Set<string | null>();
    const giveUp = performance.now() + 3000;
    while (performance.now() < giveUp) for (const path of PATHS) said.add(await statusOf(path));
    expect([...said]).toEqual([null]);
  });
});
