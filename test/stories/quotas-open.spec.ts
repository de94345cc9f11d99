// Quotas of what is open: streams and waits of a project and of an owner, over all addresses and tokens. Full is allowed, more is
// refused, the stream hears of it once, and what ends is free again; and /metrics has all quotas, a few of each.
import { setTimeout as pause } from 'node:timers/promises';
import { OpenQuotas } from '../../src/quotas/open-quotas.js';
import { bearer } from '../access/world.js';
import { aProject, next, one, type Scene, setQuotas, startScene, stopScene, toldIn } from './quota-scene.js';

beforeAll(startScene, 60_000);
afterAll(stopScene);

const open: AbortController[] = [];
const closeAll = (): void => open.splice(0).forEach((request) => request.abort());
afterEach(closeAll);

type Kind = 'streams' | 'waits';

/** Opens one more; resolves to its status, or to 200 when it is counted and has no answer yet. */
async function openOne(kind: Kind, path: string, token: string): Promise<number> {
  const abort = new AbortController();
  open.push(abort);
  const before = total(kind);
  let status: number | undefined;
  fetch(one.base + path, { headers: { Authorization: `Bearer ${token}` }, signal: abort.signal }).then(
    (reply) => (status = reply.status),
    () => (status ??= 0),
  );
  for (let tries = 0; tries < 1000; tries += 1) {
    if (status !== undefined) return status;
    if (kind === 'waits' && total(kind) > before) return 200;
    await pause(10);
  }
  throw new Error(`${path} is neither open nor refused.`);
}

const total = (kind: Kind): number =>
  one.app
    .get(OpenQuotas, { strict: false })
    .open.filter(({ quota }) => quota === kind)
    .reduce((sum, { used }) => sum + used, 0);

const pathOf = async (kind: Kind, scene: Scene): Promise<string> =>
  kind === 'streams' ? `/stream?project=${scene.name}` : `/api/v1/ticket/${await scene.ticket()}/?wait=50&until=closed`;

describe.each(['streams', 'waits'] as const)('open %s', (kind) => {
  it('of a project are counted over all owners, told at 80 %, refused beyond, and free when they end', async () => {
    const shop = await aProject();
    await setQuotas(shop, { [kind]: 5 });
    const path = await pathOf(kind, shop);
    const mates = await Promise.all(
      Array.from({ length: 6 }, () => one.token(['read'], `mate-${next()}`, [shop.name])),
    );
    for (const { token } of mates.slice(0, 3)) expect(await openOne(kind, path, token)).toBe(200);
    expect(await toldIn(shop, 0)).toEqual([]);
    for (const { token } of mates.slice(3, 5)) expect(await openOne(kind, path, token)).toBe(200);
    expect(await toldIn(shop, 2)).toMatchObject([
      { type: 'quota.nearly_reached', data: { quota: kind, scope: `project/${shop.id}`, used: 4, limit: 5 } },
      { type: 'quota.reached', data: { used: 5, limit: 5 } },
    ]);
    const refused = await one.http.get(path).set(...bearer(mates[5]?.token ?? ''));
    expect([refused.status, refused.body.code]).toEqual([429, `quota.${kind}`]);
    expect(refused.body).toMatchObject({ limit: 5, used: 6, setting: `quotas.${kind}` });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    // Another project has its own.
    const bank = await aProject();
    expect(await openOne(kind, await pathOf(kind, bank), bank.token)).toBe(200);
    closeAll();
    for (let tries = 0; total(kind) > 0 && tries < 500; tries += 1) await pause(10);
    expect(total(kind)).toBe(0);
    expect(await openOne(kind, path, mates[5]?.token ?? '')).toBe(200);
    expect(await toldIn(shop, 2)).toHaveLength(2);
  });

  it('of an owner are those of all tokens and projects; a project may lower its own', async () => {
    const first = await aProject();
    const second = await aProject(first.owner);
    await setQuotas(second, { [kind]: 1 });
    for (let times = 0; times < 4; times += 1)
      expect(await openOne(kind, await pathOf(kind, first), first.token)).toBe(200);
    const path = await pathOf(kind, second);
    expect(await openOne(kind, path, second.token)).toBe(200);
    const other = await one.token(['read'], `other-${next()}`, [second.name]);
    expect((await one.http.get(path).set(...bearer(other.token))).body).toMatchObject({
      code: `quota.${kind}`,
      limit: 1,
    });
    const refused = await one.http.get(await pathOf(kind, first)).set(...bearer(first.token));
    expect(refused.body).toMatchObject({
      code: `quota.${kind}`,
      limit: 5,
      setting: `STAMPLINE_QUOTA_${kind.toUpperCase()}`,
    });
  });
});

it('/metrics has what is in use and the limit, of each quota 20 at most, and not for who may see some projects', async () => {
  const shop = await aProject();
  expect(await openOne('streams', `/stream?project=${shop.name}`, shop.token)).toBe(200);
  await one.sql(
    "INSERT INTO quota_use (scope, what, used) SELECT 'owner/many-' || n, 'files', n FROM generate_series(1, 100) n ON CONFLICT DO NOTHING",
  );
  await one.sql("INSERT INTO quota_use (scope, what, used) VALUES ($1, 'files', 990) ON CONFLICT DO NOTHING", [
    `project/${shop.id}`,
  ]);
  const metrics = async (token: string): Promise<string[]> =>
    (
      await one.http
        .get('/metrics')
        .set(...bearer(token))
        .expect(200)
    ).text
      .split('\n')
      .filter((line) => line.startsWith('stampline_quota'));
  const lines = await metrics(one.admin);
  expect(lines).toContain(`stampline_quota_used{quota="files",scope="project/${shop.id}"} 990`);
  expect(lines).toContain(`stampline_quota_limit{quota="files",scope="project/${shop.id}"} 1000`);
  expect(lines).toContain(`stampline_quota_used{quota="streams",scope="project/${shop.id}"} 1`);
  expect(lines.filter((line) => line.includes('used{quota="files"'))).toHaveLength(20);
  expect(await metrics(shop.token)).toEqual([]);
  await one.sql("DELETE FROM quota_use WHERE scope LIKE 'owner/many-%'");
});
