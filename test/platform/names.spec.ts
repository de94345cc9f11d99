// Names in URLs that clients give: looked up in time, a zone at a time, and away from the threads that everything else needs.
import fs from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Config, readConfig } from '../../src/config.js';
import { FetchGuard } from '../../src/platform/outgoing/fetch-guard.js';
import { parseHosts } from '../../src/platform/outgoing/hosts-file.js';
import { Turns } from '../../src/platform/outgoing/turns.js';
import { type NameServer, startNameServer } from '../setup/name-server.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const ADDRESSES = {
  'app.quick.example': ['127.0.0.1'],
  'mixed.quick.example': ['127.0.0.1', '10.0.0.1'],
  'wire.quick.example': ['168.63.129.16'],
};

let names: NameServer;
let site: http.Server;
let port: number;
let asked: string[] = [];
beforeAll(async () => {
  names = await startNameServer(ADDRESSES, (name) => /\.silent[^.]*\.(example|test)$/.test(name));
  site = http.createServer((request, reply) => {
    asked.push(`${request.headers.host} ${request.url}`);
    reply.end('export default 1;');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  ({ port } = site.address() as AddressInfo);
});
afterAll(() => {
  names.stop();
  site.close();
});
beforeEach(() => {
  asked = [];
  names.asked.length = 0;
});

const guardWith = (settings: Partial<Config> = {}): FetchGuard =>
  new FetchGuard({ ...readConfig({ STAMPLINE_DNS: names.address }), host: 'localhost', ...settings });
const silent = (index: number): string => `http://n${index}.silent.example/app.js`;
const several = <Value>(count: number, one: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => one(index));

it('a name is looked up once: the address that was checked is the one that is called', async () => {
  expect(await guardWith().statusOf(`http://APP.quick.example.:${port}/ok`, 'ci')).toBe(200);
  expect(names.asked).toEqual(['app.quick.example', 'app.quick.example']); // IPv4 and IPv6
  expect(asked).toEqual([`app.quick.example.:${port} /ok`]);
});

it('all who want one name at a time share its lookup', async () => {
  const guard = guardWith();
  await Promise.all(several(20, () => guard.statusOf(`http://app.quick.example:${port}/`, 'ci')));
  expect(names.asked).toHaveLength(2);
});

it.each([
  ['mixed.quick.example', 'fetch.refused', /10\.0\.0\.1/],
  ['wire.quick.example', 'fetch.refused', /168\.63\.129\.16/],
  ['none.quick.example', 'fetch.unreachable', /has no address/],
])('%s is %s', async (name, code, message) => {
  await expect(guardWith().statusOf(`http://${name}:${port}/`, 'ci')).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
  expect(asked).toEqual([]);
});

it('localhost is this machine, without a question', async () => {
  expect(await guardWith().statusOf(`http://localhost:${port}/`, 'ci')).toBe(200);
  expect(names.asked).toEqual([]);
});

it('the hosts file is read as the system reads it', () => {
  const text =
    '# x\n127.0.0.1\tlocalhost\n10.0.0.7  Files.internal files # 8.8.8.8 evil\n::1 localhost\nnonsense name\n';
  expect(Object.fromEntries(parseHosts(text))).toEqual({
    localhost: ['127.0.0.1', '::1'],
    'files.internal': ['10.0.0.7'],
    files: ['10.0.0.7'],
  });
});

it('a zone that never answers ends in time, has few questions open, and keeps nothing from other names and from the disk', async () => {
  const guard = guardWith();
  const order: string[] = [];
  const slow = several(12, (index) =>
    guard.statusOf(silent(index), 'ci').catch((error: { code: string; message: string }) => {
      order.push('silent');
      expect([error.code, error.message]).toEqual(['fetch.unreachable', expect.stringMatching(/name server/)]);
    }),
  );
  while (names.asked.length < 8) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(new Set(names.asked).size).toBe(4);
  await guard.statusOf(`http://app.quick.example:${port}/`, 'ci').then(() => order.push('quick'));
  await fs.readFile('package.json').then(() => order.push('disk'));
  expect(order).toEqual(['quick', 'disk']);
  await Promise.all(slow);
}, 30_000);

describe('forty zones that never answer', () => {
  const zones = (guard: FetchGuard, owner: string, count = 40): Promise<unknown>[] =>
    several(count * 4, (index) =>
      guard
        .statusOf(`http://n${index}.z${index % count}.silent-${index % count}.test/`, owner)
        .catch((error: unknown) => error),
    );

  it("take no other owner's turn", async () => {
    const guard = guardWith();
    const slow = zones(guard, 'somebody');
    let ended = 0;
    for (const one of slow) void one.then(() => (ended += 1));
    expect(await guard.statusOf(`http://app.quick.example:${port}/`, 'ci')).toBe(200);
    expect(ended).toBe(0); // It waited for none of them.
    await Promise.all(slow);
  }, 60_000);

  it('leave a turn to a name of the same owner in another zone', async () => {
    const guard = guardWith();
    const slow = zones(guard, 'ci');
    expect(await guard.statusOf(`http://app.quick.example:${port}/`, 'ci')).toBe(200);
    await Promise.all(slow);
  }, 60_000);

  it('a name that another waits for long is looked up for oneself', async () => {
    const guard = guardWith();
    const slow = zones(guard, 'somebody');
    const shared = guard.statusOf(`http://app.quick.example:${port}/`, 'somebody').catch(() => undefined);
    let ended = 0;
    for (const one of [...slow, shared]) void one.then(() => (ended += 1));
    expect(await guard.statusOf(`http://app.quick.example:${port}/`, 'ci')).toBe(200);
    expect(ended).toBe(0);
    await Promise.all([...slow, shared]);
  }, 60_000);
});

it('a place that becomes free goes to the owner with the fewest, and of theirs to the group that had a turn the longest ago', async () => {
  const turns = new Turns({ group: 2, owner: 3, all: 4, waiting: 9, waitMs: 10_000 });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const take = (owner: string, group: string): Promise<void> =>
    turns.take({ owner, group }, () => {
      begun.push(`${owner} ${group}`);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = [
    take('a', 'x'),
    take('a', 'x'),
    take('a', 'y'),
    take('b', 'x'),
    take('a', 'x'),
    take('a', 'z'),
    take('b', 'y'),
    take('c', 'z'),
  ];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await settle();
  expect(begun).toEqual(['a x', 'a x', 'a y', 'b y']); // x is full, and so is a.
  for (let at = 0; at < all.length; at += 1) {
    ends[at]?.();
    await settle();
  }
  await Promise.all(all);
  expect(begun.slice(4)).toEqual(['c z', 'b x', 'a z', 'a x']);
});

describe('a server', () => {
  let server: TestServer;
  beforeAll(async () => (server = await startTestServer({ dnsServers: [names.address] })));
  afterAll(() => server.stop());

  it('checks URLs while 12 others wait for a zone that never answers', async () => {
    const order: string[] = [];
    const change = async (service: string, url: string): Promise<void> => {
      const { status, text } = await server.http.patch('/services').send({ service, url });
      order.push(`${status} ${/has no address|name server/.exec(text)?.[0] ?? ''}`);
    };
    const slow = several(12, (index) => change(`s${index}`, silent(index).replace('http:', 'https:')));
    while (names.asked.length < 8) await new Promise((resolve) => setTimeout(resolve, 10));
    await change('none', 'https://none.quick.example/app.js');
    await change('here', `http://localhost:${port}/app.js`);
    expect(order).toEqual(['400 has no address', '200 ']);
    await Promise.all(slow);
    expect(order.slice(2)).toEqual(several(12, () => '400 name server'));
  }, 30_000);
});
