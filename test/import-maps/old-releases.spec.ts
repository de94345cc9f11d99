// What anybody may ask for costs once: the map of an old release is read once for all who ask for it, and so is the text of a map
// for one Host; and who asks for many different ones at once waits, or is told to come again.
import { OldReleases } from '../../src/import-maps/serving/old-releases.js';
import { ServedBytesCache } from '../../src/import-maps/serving/served-bytes-cache.js';
import { ReleaseReader } from '../../src/import-maps/store/release-reader.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

const RELEASES = 24;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  for (let release = 1; release <= RELEASES; release++)
    await server.http
      .patch('/services?skip_url_check')
      .send({ service: 'app', url: `https://cdn.example/${release}.js` })
      .expect(200);
});
afterAll(() => server.stop());

const shown = async (query: string): Promise<string> => {
  const reply = await fetch(`${server.base}/import-map.json${query}`);
  expect([query, reply.status]).toEqual([query, 200]);
  return reply.text();
};

it('reads an old release once, however often it is asked for', async () => {
  const reader = server.app.get(ReleaseReader, { strict: false });
  const read = reader.mapAt.bind(reader);
  let reads = 0;
  reader.mapAt = (...given) => {
    reads++;
    return read(...given);
  };
  const [{ at }] = (await server.sql(
    `SELECT to_char(live_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM release WHERE number = 3`,
  )) as [{ at: string }];
  const byTime = `?at=${at}`;
  const texts = await Promise.all(Array.from({ length: 20 }, () => shown('?release=3')));
  texts.push(await shown('?release=3'), await shown(byTime), await shown(byTime));
  expect(new Set(texts)).toEqual(new Set([texts[0]]));
  expect(texts[0]).toContain('https://cdn.example/3.js');
  expect(reads).toBe(1);
  reader.mapAt = read;
});

it('has a bound for how many different ones wait, and goes on afterwards', async () => {
  const old = server.app.get(OldReleases, { strict: false });
  const release = (number: number) => ({ project: 1, number, since: `asked ${number}` });
  const asked = await Promise.allSettled(
    Array.from({ length: RELEASES - 1 }, (_, index) => old.mapOf(release(index + 1))),
  );
  const refused = asked.filter((one) => one.status === 'rejected');
  expect(refused.length).toBe(RELEASES - 1 - 16);
  for (const { reason } of refused) expect(reason).toMatchObject({ kind: 'unavailable', code: 'map.overloaded' });
  expect(await old.mapOf(release(RELEASES - 1))).toBe(await old.mapOf(release(RELEASES - 1)));
});

it('makes the text for a Host once, also where many ask at once, and lets others have a turn meanwhile', async () => {
  const stamps = server.app.get(ServedBytesCache, { strict: false });
  let made = 0;
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const all = await Promise.all(
    Array.from({ length: 8 }, () =>
      stamps.of('a text of this test', function* () {
        made++;
        for (let step = 0; step < 20; step++) {
          for (const until = performance.now() + 11; performance.now() < until;);
          yield;
        }
        return 'text';
      }),
    ),
  );
  clearInterval(timer);
  expect([made, new Set(all).size, turns > 5]).toEqual([1, 1, true]);
  expect(stamps.known('a text of this test')).toBe(all[0]);
});
