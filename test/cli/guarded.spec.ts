// The documented work with stamp on a server that asks for tokens: each verb sends the one that stamp login kept, the stream
// and a watch as well.
import { type GuardedServer, startGuarded } from '../access/world.js';
import { type Ended, stamp } from './stamp.js';
import { endApps, untilShown, WatchedApp } from './watched-app.js';

/** What a developer needs who brings work to production. */
const SCOPES = ['read', 'ticket:write', 'status:write', 'artifact:write', 'map:dev', 'map:qa', 'map:prod'];
const module = (value: string): string => `export default ${JSON.stringify(value)};\n`;

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuarded();
});
afterEach(endApps);
afterAll(() => server.stop());

interface Developer {
  readonly app: WatchedApp;
  readonly tokenId: number;
  run(line: string): Promise<Ended>;
}

/** Logged in, with a clone of the application. */
async function aDeveloper(owner: string, scopes: readonly string[]): Promise<Developer> {
  const { id, token } = await server.token(scopes, owner);
  const app = new WatchedApp({ [`src/${owner}.js`]: module(owner) }, 'main');
  const options = { url: server.base, cwd: app.folder, env: app.env };
  const ended = await stamp('login --with-token', { ...options, input: token });
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`as ${owner}.`) });
  return { app, tokenId: id, run: (line) => stamp(line, options) };
}

test('a ticket from its beginning to production, out again and closed; its history names the owner of the token', async () => {
  const { run } = await aDeveloper('ada', SCOPES);
  const { stdout } = await run('new Shipping');
  const key = stdout.trim();
  const lines = [
    'doctor',
    `${key} --update --once`,
    key,
    `show ${key}`,
    `${key} --list`,
    'list',
    `status ${key} 200 000`,
    `artifact add ${key} shop.img http://images.example/shop.img --type IMAGE`,
    `${key} --promote`,
    `why ${key}`,
    `diff ${key}`,
    `hold ${key} --reason Waits`,
    `unhold ${key}`,
    `${key} --promote --yes`,
    'releases',
    `${key} --revert --yes`,
    `${key} --close`,
    `stream --ticket ${key} --since earliest --limit 2`,
  ];
  for (const line of lines) expect({ line, ...(await run(line)) }).toMatchObject({ line, code: 0 });
  const history = await run(`history ${key} --json=actor`);
  const actors = (JSON.parse(history.stdout) as { actor: string }[]).map(({ actor }) => actor);
  expect(actors.length).toBeGreaterThan(8);
  expect(new Set(actors)).toEqual(new Set(['ada']));
});

test('every link that it prints shows the ticket, and those with an old key do not', async () => {
  const { run } = await aDeveloper('kim', SCOPES);
  const key = (await run('new Linked')).stdout.trim();
  const statusOf = async (link: string): Promise<string | null> => (await fetch(link)).headers.get('x-stamp-status');
  const linksIn = (text: string): string[] =>
    [...text.matchAll(/https?:\/\/\S+import-map\.json\?\w+=\S+/g)].map(([link]) => link);
  const told: Record<string, string[]> = {};
  for (const line of [
    `${key} --update --once`,
    key,
    `show ${key}`,
    `preview ${key}`,
    `${key} --stage dev`,
    `--list --stage dev`,
    `${key} --promote`,
    `${key} --revert`,
    `close ${key}`,
    `reopen ${key}`,
  ])
    told[line] = linksIn((await run(line)).stdout);
  const links = [...new Set(Object.values(told).flat())].filter((link) => link.includes(`dev=${key}`));
  expect(Object.entries(told).filter(([line, found]) => line !== `close ${key}` && found.length === 0)).toEqual([]);
  expect(links).toEqual([`${server.base}/import-map.json?dev=${key}~${links[0]?.split('~')[1]}`]);
  expect(await statusOf(links[0] ?? '')).toBeNull();
  const renewed = (await run(`preview ${key} --new-key`)).stdout.trim();
  expect([await statusOf(links[0] ?? ''), await statusOf(renewed)]).toEqual(['locked', null]);
});

test('what the token may not is 4, and the line says which scope it takes', async () => {
  const { run } = await aDeveloper(
    'bob',
    SCOPES.filter((scope) => scope !== 'map:prod'),
  );
  const key = (await run('new Prices')).stdout.trim();
  await run(`${key} --update --once`);
  expect(await run(`${key} --promote`)).toMatchObject({ code: 0, stderr: '' });
  expect(await run(`${key} --promote --yes`)).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringMatching(/^stamp: This token lacks the scope map:prod\. .*--owner NAME --scope map:prod\n$/),
  });
  expect(await run('project set retention_days=9')).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('lacks the scope admin.'),
  });
});

test('a watch sends what is saved, and ends with 4 once its token is revoked', async () => {
  const { app, tokenId, run } = await aDeveloper('eve', SCOPES);
  const key = (await run('new Watched')).stdout.trim();
  const watch = await app.watch(server.base, key);
  const secret = (await run(`preview ${key}`)).stdout.trim().split('~')[1] ?? '';
  app.write('src/eve.js', module('saved'));
  await watch.until('it is sent', ({ event }) => event === 'saved');
  await untilShown(server.base, `${key}~${secret}`, { 'src/eve.js': module('saved') });
  await server.http.delete(`/api/v1/token/${tokenId}/`).set('Authorization', `Bearer ${server.admin}`).expect(204);
  expect(await run(`show ${key}`)).toMatchObject({
    code: 4,
    stderr: expect.stringContaining(`Get a new one. Then 'stamp login ${server.base}' stores it.`),
  });
  app.write('src/eve.js', module('too late'));
  expect(await watch.ended).toBe(4);
  expect(watch.stderr).toContain('revoked or expired');
});
