// Quotas of files: at the limit all is well; above it an upload is refused and has no effect; the stream is told once; a
// project's settings raise its own, and nobody else's.
import { BlobCleaner } from '../../src/files/blob-cleaner.js';
import { bearer } from '../access/world.js';
import { formOf, postForm, upload, type UploadReply } from '../builders/modules.js';
import {
  aProject,
  files,
  holds,
  next,
  one,
  other,
  put,
  rows,
  setQuotas,
  startScene,
  stopScene,
  text,
  told,
  toldIn,
  used,
} from './quota-scene.js';

beforeAll(startScene, 60_000);
afterAll(stopScene);

describe('bytes of files', () => {
  it('count for the project: full is allowed, more is refused without effect, at both servers', async () => {
    const shop = await aProject();
    const ticket = await shop.ticket();
    expect((await put(shop, ticket, 700)).status).toBe(201);
    expect(await told(shop)).toEqual([]);
    expect((await put(shop, ticket, 120, other)).status).toBe(201);
    expect(await told(shop)).toMatchObject([
      { type: 'quota.nearly_reached', severity: 'warn', data: { used: 820, limit: 1000 } },
      { type: 'quota.nearly_reached', severity: 'warn', data: { used: 820, limit: 1000 } },
    ]);
    const before = [await rows(), files()];
    for (const server of [one, other]) {
      const refused = await put(shop, ticket, 181, server);
      expect([refused.status, refused.body.code]).toEqual([413, 'quota.files']);
      expect(refused.body).toMatchObject({ limit: 1000, used: 1001, setting: 'quotas.files_mb' });
      expect(refused.body.error).toContain(`PATCH /api/v1/project/${shop.id}/`);
    }
    expect([await rows(), files()]).toEqual(before);
    expect((await toldIn(shop, 3))[2]).toMatchObject({ type: 'quota.reached', severity: 'warn' });
    expect((await put(shop, ticket, 180)).status).toBe(201);
    expect(await used(`project/${shop.id}`, 'files')).toBe(1000);
    expect((await put(shop, ticket, 20)).body.code).toBe('quota.files');
    const quiet = await aProject();
    expect((await put(quiet, await quiet.ticket(), 900)).status).toBe(201);
    await holds();
  });

  it('are raised and lowered by the project, whose owner then has a limit all the same', async () => {
    const shop = await aProject();
    const ticket = await shop.ticket();
    await setQuotas(shop, { files_mb: 1 });
    expect((await put(shop, ticket, 900)).status).toBe(201);
    const refused = await put(shop, ticket, 101);
    expect(refused.body).toMatchObject({ code: 'quota.files', limit: 1000, setting: 'STAMPLINE_QUOTA_FILES_MB' });
    expect(refused.body.error).toContain(`the owner ${shop.owner}`);
    const { token } = await one.token(['read', 'ticket:write', 'map:dev'], `mate-of-${shop.owner}`, [shop.name]);
    expect((await put({ ...shop, token }, ticket, 900)).status).toBe(201);
    expect(await used(`project/${shop.id}`, 'files')).toBe(1800);
    await holds();
  });

  it('of an owner are those of all its projects', async () => {
    const first = await aProject();
    const second = await aProject(first.owner);
    expect((await put(first, await first.ticket(), 600)).status).toBe(201);
    const ticket = await second.ticket();
    const refused = await put(second, ticket, 401);
    expect([refused.status, refused.body.code]).toEqual([413, 'quota.files']);
    expect((await put(second, ticket, 400)).status).toBe(201);
    await holds();
  });

  it('count once, however often a project brings them, and once for each project', async () => {
    const [shop, bank] = [await aProject(), await aProject()];
    const same = text(500);
    for (const scene of [shop, shop, bank]) {
      const headers = { Authorization: `Bearer ${scene.token}` };
      for (const specifier of ['a', 'b']) {
        const reply = await upload(one, await scene.ticket(), { specifier }, { 'a.js': same }, headers);
        expect(reply.status).toBe(201);
      }
    }
    for (const scene of [shop, bank]) {
      expect(await used(`project/${scene.id}`, 'files')).toBe(500);
      expect(await used(`owner/${scene.owner}`, 'files')).toBe(500);
    }
    // Whoever leads to a file that is there uses it, though they brought none.
    const cafe = await aProject();
    const [{ hash } = { hash: '' }] = await one.sql<{ hash: string }>('SELECT hash FROM quota_file WHERE scope = $1', [
      `project/${shop.id}`,
    ]);
    await one.http
      .post(`/api/v1/ticket/${await cafe.ticket()}/modules/`)
      .set(...bearer(cafe.token))
      .send({ specifier: 'a', url: `/modules/${hash}/a.js` })
      .expect(201);
    expect(await used(`project/${cafe.id}`, 'files')).toBe(500);
    expect(await used(`owner/${cafe.owner}`, 'files')).toBe(0);
    await holds();
  });

  it('that come at once at two servers are never more than the quota together', async () => {
    const shop = await aProject();
    const tickets = await Promise.all(Array.from({ length: 8 }, () => shop.ticket()));
    const replies = await Promise.all(
      tickets.map((ticket, index) => put(shop, ticket, 300, index % 2 === 0 ? one : other)),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 201, 201, 413, 413, 413, 413, 413]);
    expect(await used(`project/${shop.id}`, 'files')).toBe(900);
    await holds();
  });

  it('of source packages count for who brings them', async () => {
    const owner = `packager-${next()}`;
    const { token } = await one.token(['read', 'admin', 'ticket:write', 'artifact:write'], owner);
    const auth = bearer(token);
    const source = await one.http
      .post('/api/v1/sourcepackage/')
      .set(...auth)
      .send({ name: owner })
      .expect(201);
    const spu = await one.http
      .post('/api/v1/spu/')
      .set(...auth)
      .send({ sourcepackage: source.body.resource_uri, version: '1' })
      .expect(201);
    const send = (name: string, bytes: number): Promise<UploadReply> =>
      postForm(one, `/api/v1/spu/${spu.body.id}/files/`, formOf({}, { [name]: text(bytes) }), {
        Authorization: `Bearer ${token}`,
      });
    expect((await send('a.txt', 1000)).status).toBe(201);
    const before = [await rows(), files()];
    const refused = await send('b.txt', 30);
    expect([refused.status, refused.body.code]).toEqual([413, 'quota.files']);
    expect([await rows(), files()]).toEqual(before);
    await holds();
  });

  it('are counted out by the clean-up, and what an older server wrote is counted', async () => {
    const shop = await aProject();
    const ticket = await shop.ticket();
    expect((await put(shop, ticket, 900)).status).toBe(201);
    await one.http
      .delete(`/api/v1/ticket/${ticket}/`)
      .set(...bearer(shop.token))
      .expect(204);
    const kept = await aProject();
    expect((await put(kept, await kept.ticket(), 500)).status).toBe(201);
    await one.sql('UPDATE quota_use SET used = 0 WHERE scope = $1', [`project/${kept.id}`]);
    await one.sql('DELETE FROM quota_file WHERE scope = $1', [`project/${kept.id}`]);
    await one.app.get(BlobCleaner).clean();
    expect(await used(`project/${shop.id}`, 'files')).toBe(0);
    expect(await used(`project/${kept.id}`, 'files')).toBe(500);
    // An owner's, with the file itself.
    expect(await used(`owner/${shop.owner}`, 'files')).toBe(900);
    await one.sql("UPDATE blob SET created_at = created_at - interval '2 days'");
    await one.app.get(BlobCleaner).clean();
    expect(await used(`owner/${shop.owner}`, 'files')).toBe(0);
    await holds();
    // It fell, so the next time it is told again.
    expect(await told(shop)).toHaveLength(2);
    expect((await put(shop, await shop.ticket(), 850)).status).toBe(201);
    expect(await told(shop)).toHaveLength(4);
  });

  it('the invariant sees a count that is wrong', async () => {
    const shop = await aProject();
    await put(shop, await shop.ticket(), 100);
    await one.sql('UPDATE quota_use SET used = used + 1 WHERE scope = $1', [`project/${shop.id}`]);
    await expect(holds()).rejects.toThrow('counted 101');
    await one.sql('UPDATE quota_use SET used = used - 1 WHERE scope = $1', [`project/${shop.id}`]);
  });
});
