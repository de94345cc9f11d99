// Quotas of keys and events: at the limit all is well; above it a call is refused and has no effect; the stream is told once; a
// project's settings raise its own, and nobody else's.
import { bearer } from '../access/world.js';
import type { TestServer } from '../setup/test-server.js';
import {
  aProject,
  next,
  one,
  other,
  rows,
  type Scene,
  setQuotas,
  startScene,
  stopScene,
  told,
  toldIn,
  used,
} from './quota-scene.js';

beforeAll(startScene, 60_000);
afterAll(stopScene);

describe('keys of a ticket', () => {
  const set = (scene: Scene, ticket: number, from: number, to: number, server: TestServer = one) =>
    server.http
      .post(`/api/v1/ticket/${ticket}/modules/`)
      .set(...bearer(scene.token))
      .send({
        modules: Array.from({ length: to - from }, (_, index) => ({
          specifier: `k${from + index}`,
          url: `https://cdn.example/k${from + index}.js`,
        })),
      });
  const drop = (scene: Scene, ticket: number, keys: readonly number[]) =>
    one.http
      .post(`/api/v1/ticket/${ticket}/modules/`)
      .set(...bearer(scene.token))
      .send({ modules: keys.map((key) => ({ specifier: `k${key}`, delete: true })) })
      .expect((reply) => expect(reply.status).toBeLessThan(300));

  it('full is allowed, more is refused without effect; the stream hears it once', async () => {
    const shop = await aProject();
    const ticket = await shop.ticket();
    await set(shop, ticket, 0, 7).expect(201);
    expect(await told(shop)).toEqual([]);
    await set(shop, ticket, 7, 8).expect(201);
    await set(shop, ticket, 8, 9).expect(201);
    expect(await told(shop)).toMatchObject([{ type: 'quota.nearly_reached', data: { used: 8, limit: 10 } }]);
    const before = await rows();
    for (const server of [one, other]) {
      const refused = await set(shop, ticket, 9, 11, server).expect(403);
      expect(refused.body).toMatchObject({ code: 'quota.keys', limit: 10, used: 11, setting: 'quotas.keys' });
    }
    expect(await rows()).toEqual(before);
    expect(await toldIn(shop, 2)).toMatchObject([{}, { type: 'quota.reached' }]);
    await set(shop, ticket, 9, 10).expect(201);
    expect(await told(shop)).toHaveLength(2);
    // Another ticket, and another project, have their own.
    await set(shop, await shop.ticket(), 20, 27).expect(201);
    await setQuotas(shop, { keys: 12 });
    await set(shop, ticket, 10, 12).expect(201);
    await setQuotas(shop, { keys: 5 });
    await set(shop, ticket, 12, 13).expect(403);
    // What is there may change and shrink.
    await set(shop, ticket, 0, 5).expect((reply) => expect(reply.status).toBeLessThan(300));
  });

  it('is told again after it fell', async () => {
    const shop = await aProject();
    const ticket = await shop.ticket();
    await set(shop, ticket, 0, 8).expect(201);
    await drop(shop, ticket, [0]);
    await set(shop, ticket, 0, 1).expect(201);
    expect(await told(shop)).toHaveLength(1);
    await drop(shop, ticket, [0, 1]);
    await set(shop, ticket, 0, 2).expect(201);
    expect(await told(shop)).toHaveLength(2);
  });
});

describe('events from outside', () => {
  const send = (scene: Scene, count: number, server: TestServer = one) =>
    server.http
      .post('/events')
      .set(...bearer(scene.token))
      .send(Array.from({ length: count }, () => ({ source: 'ci', id: `e${next()}`, type: 'ci.done', line: 'Done' })));

  it('of a minute count over all servers; a refused request counts nothing', async () => {
    const shop = await aProject();
    await send(shop, 4).expect(202);
    await send(shop, 3, other).expect(202);
    expect(await told(shop)).toEqual([]);
    const before = await rows();
    for (const server of [one, other]) {
      const refused = await send(shop, 4, server).expect(429);
      expect(refused.body).toMatchObject({ code: 'quota.events', limit: 10, used: 11 });
      const seconds = Number(refused.headers['retry-after']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThanOrEqual(60);
    }
    expect(await rows()).toEqual(before);
    await send(shop, 3, other).expect(202);
    await send(shop, 1).expect(429);
    await send(await aProject(), 7).expect(202);
    // With the minute it is over.
    await one.sql("UPDATE quota_use SET ends_at = clock_timestamp() WHERE what = 'events'");
    await send(shop, 10).expect(202);
  });

  it('are told once while they stay many, and again after they were few', async () => {
    const shop = await aProject();
    const count = async (): Promise<number> =>
      (await told(shop)).filter(({ data }) => data.scope.startsWith('project')).length;
    const over = (by: string) =>
      one.sql(`UPDATE quota_use SET ends_at = clock_timestamp() - interval '${by}' WHERE what = 'events'`);
    await send(shop, 8).expect(202);
    expect(await count()).toBe(1);
    await over('1 second');
    await send(shop, 9).expect(202);
    expect(await count()).toBe(1);
    await over('2 minutes');
    await send(shop, 9).expect(202);
    expect(await count()).toBe(2);
  });

  it('of an owner are those of all its projects; a project may raise its own', async () => {
    const first = await aProject();
    const second = await aProject(first.owner);
    await setQuotas(first, { events: 100 });
    await send(first, 6).expect(202);
    const refused = await send(second, 5).expect(429);
    expect(refused.body).toMatchObject({ code: 'quota.events', setting: 'STAMPLINE_QUOTA_EVENTS' });
    await send(second, 4).expect(202);
    const third = await aProject();
    await setQuotas(third, { events: 5 });
    await send(third, 6).expect(429);
    await send(third, 5).expect(202);
  });

  it('repeats are none', async () => {
    const shop = await aProject();
    const event = { source: 'ci', id: `e${next()}`, type: 'ci.done', line: 'Done' };
    for (let times = 0; times < 12; times += 1)
      await one.http
        .post('/events')
        .set(...bearer(shop.token))
        .send(event)
        .expect(times === 0 ? 202 : 200);
    expect(await used(`project/${shop.id}`, 'events')).toBe(1);
  });
});

test.each([
  [{ files_mb: 0 }, 'quotas.files_mb must be a whole number'],
  [{ keys: 1.5 }, 'quotas.keys must be a whole number'],
  [{ events: '7' }, 'quotas.events must be a whole number'],
  [{ bytes: 7 }, "quotas has an unknown member 'bytes'"],
  [[], 'quotas must be an object'],
  [7, 'quotas must be an object'],
])('settings with quotas %j are refused', async (quotas, message) => {
  const reply = await one.http
    .post('/api/v1/project/')
    .set(...bearer(one.admin))
    .send({ name: 'refused', settings: { quotas } })
    .expect(400);
  expect(JSON.stringify(reply.body)).toContain(message.replaceAll('"', '\\"'));
});

it('only an administrator changes them', async () => {
  const shop = await aProject();
  await one.http
    .patch(`/api/v1/project/${shop.id}/`)
    .set(...bearer(shop.token))
    .set('If-Match', '*')
    .send({ settings: { quotas: { files_mb: 1000 } } })
    .expect(403);
});
