// Tickets of many keys beside releases of many keys: what is asked of production's layers grows with the two of them, not with
// one times the other, or every upload, promotion and rebase of such a ticket runs into its limit of 5 s.
import fs from 'node:fs';
import { lastChanges } from '../../src/import-maps/store/key-history.js';
import { isMany } from '../../src/import-maps/store/layers-by-key.js';
import { ReleaseReader } from '../../src/import-maps/store/release-reader.js';
import { Db } from '../../src/platform/database/db.js';
import { aStagedProject, aStampedTicket, moduleUrl } from '../builders/stamped-ticket.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});

afterAll(() => server.stop());

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const importsOf = (name: string, count: number, version: number): object =>
  Object.fromEntries(upTo(count).map((index) => [`${name}${index}`, moduleUrl(`${name}${index}`, version)]));

const released = async (project: string, imports: object): Promise<void> => {
  await server.http.patch(`/p/${project}/import-map.json?skip_url_check=true`).send({ imports }).expect(200);
};

it('says the same of a key among few and among many', async () => {
  const { uri } = await aStagedProject(server, 'same');
  const id = Number(uri.split('/').at(-2));
  await released('same', importsOf('a', 5, 1));
  const ticket = await aStampedTicket(server).with({ project: uri }).withModule('a1', moduleUrl('a1', 2)).at('qa');
  await server.http.post(`${ticket.url}promote/`).expect(200);
  await released('same', { a2: moduleUrl('a2', 3), b1: moduleUrl('b1', 1) });
  const db = server.app.get(Db, { strict: false });
  const few = [' a0', ' a1', ' a2', ' b1', ' unknown'] as const;
  const many = [...few, ...upTo(200).map((index) => ` none${index}` as const)];
  expect([isMany(few), isMany(many)]).toEqual([false, true]);
  for (const except of [0, ticket.id]) {
    const [some, all] = await Promise.all([few, many].map((keys) => lastChanges(db, { project: id, except }, keys)));
    expect(some?.size).toBe(4);
    expect([...(all ?? [])].sort()).toEqual([...(some ?? [])].sort());
  }
  const reader = server.app.get(ReleaseReader, { strict: false });
  const [some, all] = await Promise.all([few, many].map((keys) => reader.activeLayers(id, 3, keys)));
  expect(some).toHaveLength(3);
  expect(all).toEqual(some);
});

it('answers a ticket of 10 000 keys beside releases of 40 000, the same ones or others', async () => {
  const { uri } = await aStagedProject(server, 'large');
  await released('large', importsOf('k', 40_000, 1));
  const tickets = await Promise.all(
    ['k', 'other'].map(async (name) => {
      const ticket = await aStampedTicket(server).with({ project: uri }).withModule(name, moduleUrl(name, 1)).at('dev');
      for (const from of [0, 5000]) {
        const modules = upTo(5000).map((index) => ({
          specifier: `${name}${from + index}`,
          url: `https://cdn.example/${name}${from + index}.js`,
        }));
        await server.http.post(`${ticket.url}modules/`).send({ modules }).expect(201);
      }
      return ticket;
    }),
  );
  for (const version of [2, 3]) await released('large', importsOf('k', 40_000, version));
  const [same, others] = tickets;
  await server.http.get(`${same?.url}why/`).expect(200);
  await server.http.post(`${same?.url}promote/`).expect(409);
  await server.http.post(`${others?.url}promote/`).expect(200);
  await server.http.post(`${others?.url}promote/`).expect(200);
  await server.http.post(`${others?.url}revert/`).expect(200);
}, 120_000);

it('compares no two arrays each with each but where it is known how long they are', () => {
  const files = fs.readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const found = files.filter((name) => /\bl\.(keys|imports) (&&|@>) /.test(fs.readFileSync(`src/${name}`, 'utf8')));
  // One key at a time, each found by the index.
  expect(found.sort()).toEqual(['import-maps/store/key-history.ts', 'import-maps/store/source-history.ts']);
});
