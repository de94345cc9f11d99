// What the server hears of where a change comes from has no secret in it: a token may be the user or the password of a remote.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endApps, moduleText as text, newKey, WatchedApp } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const SECRET = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

it.each([
  ['git@github.com:shop/pages.git', 'git@github.com:shop/pages.git'],
  ['alice@git.example:shop/pages.git', 'alice@git.example:shop/pages.git'],
  ['ssh://git@github.com/shop/pages.git', 'ssh://git@github.com/shop/pages.git'],
  [`https://${SECRET}@github.com/shop/pages.git`, 'https://github.com/shop/pages.git'],
  [`https://alice:${SECRET}@github.com/shop/pages.git`, 'https://github.com/shop/pages.git'],
  [`ssh://${SECRET}@github.com/shop/pages.git`, 'ssh://github.com/shop/pages.git'],
  [`ssh://git:${SECRET}@github.com/shop/pages.git`, 'ssh://git@github.com/shop/pages.git'],
  // Without a user it is no remote that is kept.
  [`${SECRET}@github.com:shop/pages.git`, null],
])('%s', async (remote, kept) => {
  const [key, app] = [newKey(), new WatchedApp({ 'src/cart.js': text('cart') })];
  app.git('remote', 'add', 'origin', remote);
  expect((await app.stamp(server.base, `update ${key} --once --yes`)).code).toBe(0);
  const { body } = await server.http.get(`/api/v1/ticket/${key}/revision/`).expect(200);
  expect(body.objects.at(-1)).toMatchObject({ git_remote: kept });
  expect(JSON.stringify(body)).not.toContain(SECRET);
});
