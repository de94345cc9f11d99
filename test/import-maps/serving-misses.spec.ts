// Pages that ask for tickets that aren't in memory, or not at all: what that costs the database, that it never costs the API
// anything, and that what isn't there is not remembered longer than a tenth of a second.
import pg from 'pg';
import { LoadingCache } from '../../src/import-maps/serving/loading-cache.js';
import { aStampedTicket, changeModules, moduleUrl, setTo } from '../builders/stamped-ticket.js';
import { aTicket } from '../builders/ticket.builder.js';
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
  await ask('');
});

afterAll(() => servers.stop());

let next = 1000;
const newKeys = (count: number): string => Array.from({ length: count }, () => `GONE-${++next}`).join(',');

async function ask(query: string, server = far): Promise<{ status: number; stamp: string | null; text: string }> {
  const reply = await fetch(`${server.base}/import-map.json${query}`);
  return { status: reply.status, stamp: reply.headers.get('x-stamp-status'), text: await reply.text() };
}

/** What pages cost: their own statements, and those of the API's connections. */
const costs = (): [pages: number, api: number] => [
  proxy.statementsOf('stampline pages'),
  proxy.statementsOf('stampline'),
];

/** Holds a table for itself as long as `work` takes, or until it lets go. */
async function holding<T>(table: string, work: (letGo: () => Promise<unknown>) => Promise<T>): Promise<T> {
  const client = new pg.Client(near.connection);
  await client.connect();
  try {
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    return await work(() => client.query('ROLLBACK'));
  } finally {
    await client.end();
  }
}

describe('tickets that nobody has in memory', () => {
  it('are one statement, however many a URL names, and none of the API', async () => {
    await ask(`?dev=${newKeys(1)}`);
    const before = costs();
    expect(await ask(`?dev=${newKeys(19)},7000001`)).toMatchObject({ status: 200, stamp: 'unknown' });
    expect(costs()).toEqual([before[0] + 1, before[1]]);
  });

  it('are found by id and key alike, each with its own modules', async () => {
    const one = await aStampedTicket(near).withModule('misses-one');
    const two = await aStampedTicket(near).withModule('misses-two').at('qa');
    const { stamp, text } = await ask(`?dev=${one.key.toLowerCase()}&qa=${two.id}`);
    expect([stamp, text.includes('misses-one@1.js'), text.includes('misses-two@1.js')]).toEqual([null, true, true]);
    expect((await ask(`?dev=${one.id},GONE-1`)).stamp).toBe('unknown');
  });

  it('cost fewer statements than requests where many come at once', async () => {
    const [before] = costs();
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(`?dev=${newKeys(20)}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    // 2000 keys, 100 a statement at most; those that came alone are a statement each.
    expect(costs()[0] - before).toBeLessThanOrEqual(100);
  });

  it('are named in a URL to a bounded number', async () => {
    const { status, text } = await ask(`?dev=${newKeys(21)}`);
    expect([status, JSON.parse(text)]).toMatchObject([400, { code: 'map.too_many_tickets' }]);
  });

  it('do not spoil what others ask for in the same moment', async () => {
    const [odd, plain] = await Promise.all([fetch(`${far.base}/p/%00x/import-map.json`), ask(`?dev=${newKeys(1)}`)]);
    expect([odd.status, plain.status]).toEqual([404, 200]);
  });
});

describe('pages and the API', () => {
  it('do not wait for each other: pages that hang leave the API as it is', async () => {
    const { id } = await aTicket(near);
    await holding('map_revision', async () => {
      const hanging = Array.from({ length: 150 }, () => ask(`?dev=${newKeys(20)}`));
      let done = 0;
      for (const one of hanging) void one.then(() => (done += 1));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const replies = await Promise.all(
        Array.from({ length: 30 }, () => far.http.get(`/api/v1/ticketstatus/?id=${id}`)),
      );
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      expect(done).toBeLessThan(150);
      expect((await ask('')).status).toBe(200);
      await Promise.all(hanging);
    });
  });

  it('do not wait for each other: a busy API leaves pages as they are', async () => {
    const { key } = await aStampedTicket(near).withModule('beside');
    await holding('person', async (letGo) => {
      const hanging = Array.from({ length: 40 }, () => far.http.get('/api/v1/person/').then((reply) => reply.status));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { status, stamp, text } = await ask(`?dev=${key}`);
      expect([status, stamp, text.includes('beside@1.js')]).toEqual([200, null, true]);
      await letGo();
      await Promise.all(hanging);
    });
  });
});

describe('what is not there', () => {
  it('is shown as soon as it is there, here and in other processes', async () => {
    for (const maker of [near, far]) {
      const { id, key } = await aTicket(near);
      expect((await ask(`?dev=${key}`)).stamp).toBe('unknown');
      expect((await ask(`?dev=${id}`)).stamp).toBe('unknown');
      await changeModules(maker, id, [setTo('come', moduleUrl('come'))]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const name of [key, String(id)]) expect((await ask(`?dev=${name}`)).text).toContain('come@1.js');
    }
  });

  it('is remembered for a moment, in bounded number, and not beyond a word of what changed', async () => {
    const entries = new LoadingCache<object>({ entries: 10, absent: { entries: 3, ms: 60_000 } });
    const nothing = (): Promise<undefined> => Promise.resolve(undefined);
    for (const key of ['a', 'b', 'c', 'd']) await entries.load(key, nothing);
    expect(['a', 'b', 'c', 'd'].map((key) => entries.isAbsent(key))).toEqual([false, true, true, true]);
    const late = entries.load('e', nothing);
    entries.distrustLoads();
    await late;
    expect(['b', 'c', 'd', 'e'].map((key) => entries.isAbsent(key))).toEqual([false, false, false, false]);
    const brief = new LoadingCache<object>({ entries: 10, absent: { entries: 3, ms: 20 } });
    await brief.load('a', nothing);
    await new Promise((resolve) => setTimeout(resolve, 25));
    expect(brief.isAbsent('a')).toBe(false);
  });
});
