// `git revert` lines, and the commits of releases, name those that made the change and nothing else: however a module came, and
// whatever somebody else committed before it was promoted.
import { type FormFiles, type FormTexts, upload } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endScenes } from './git-scene.js';
import { Team } from './team.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  endScenes();
  await server.stop();
});

type Upload = readonly [texts: FormTexts, files: FormFiles];
const CART = { 'cart.js': 'export default 2;\n' };
const MORE = { 'cart.js': 'export default 3;\n' };

/** What is uploaded by curl from the commits `first` and `second`, and the commit that takes it back. */
const CAME: readonly (readonly [how: string, uploads: (first: string, second: string) => Upload[], own: string])[] = [
  ['as a module, without a commit', () => [[{ specifier: 'cart' }, CART]], 'none'],
  ['as a module, with its commit', (first) => [[{ specifier: 'cart', git_commit: first }, CART]], 'first'],
  [
    'as a module, with its commit, twice',
    (first) => [
      [{ specifier: 'cart', git_commit: first }, CART],
      [{ specifier: 'cart', git_commit: first }, MORE],
    ],
    'first',
  ],
  [
    'as a module, from two commits: neither is all of it',
    (first, second) => [
      [{ specifier: 'cart', git_commit: first }, CART],
      [{ specifier: 'cart', git_commit: second }, MORE],
    ],
    'none',
  ],
  [
    'as two modules, from two commits: neither is all of it',
    (first, second) => [
      [{ specifier: 'cart', git_commit: first }, CART],
      [{ specifier: 'nav', git_commit: second }, { 'nav.js': 'export default 2;\n' }],
    ],
    'none',
  ],
  [
    'as an address',
    (first) => [[{ specifier: 'cart', url: 'https://cdn.example/cart.js', git_commit: first }, {}]],
    'first',
  ],
  ['as an address, without a commit', () => [[{ specifier: 'cart', url: 'https://cdn.example/cart.js' }, {}]], 'none'],
  ['as a package', (first) => [[{ name: 'cart', git_commit: first }, { 'index.js': 'export default 2;\n' }]], 'none'],
  [
    'as files of a folder',
    (first) => [[{ mode: 'sources', git_commit: first }, { 'lib/cart.js': 'export default 2;\n' }]],
    'first',
  ],
  [
    'as files of a folder that were in no commit',
    (first) => [
      [{ mode: 'sources', git_commit: first, dirty: 'lib/cart.js' }, { 'lib/cart.js': 'export default 2;\n' }],
    ],
    'none',
  ],
  [
    'as files of a folder, without a commit',
    () => [[{ mode: 'sources' }, { 'lib/cart.js': 'export default 2;\n' }]],
    'none',
  ],
];

describe.each(CAME)('what came by curl %s', (_how, uploads, own) => {
  test('is taken back by its own commit, or by none', async () => {
    const team = await new Team(server).begin();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    const first = team.scene.head;
    team.commit('src/cart.js', 'export default 3;\n');
    const second = team.scene.head;
    const { body: known } = await server.http.get(`/api/v1/project/?name=${team.project}`).expect(200);
    const project = known.objects[0].resource_uri as string;
    const ticket = { title: 'Carts', owner: 'alice@example.com', key: 'CART-1', project };
    const { body: made } = await server.http.post('/api/v1/ticket/').send(ticket).expect(201);
    for (const [texts, files] of uploads(first, second)) {
      const reply =
        'url' in texts
          ? await server.http.post(`/api/v1/ticket/${made.id}/modules/`).send(texts)
          : await upload(server, made.id as number, texts, files);
      expect(reply.status < 300 ? '' : reply.text).toBe('');
    }
    // Somebody else's, on top of it.
    team.as('bob').commit('src/nav.js', 'export default 2;\n').push();
    team.as('alice').scene.git('pull', '--quiet', '--no-rebase', '--no-edit', 'origin', 'main');
    await team.release('CART-1');
    const wanted = own === 'none' ? [] : [first];
    const listed = await team.run('releases --json=number,commits');
    expect(JSON.parse(listed.stdout)[0]).toEqual({ number: 1, commits: wanted });
    const reverted = await team.run('CART-1 --revert --yes');
    const lines = [...reverted.stdout.matchAll(/git revert .*/g)].map(([line]) => line);
    expect([reverted.code, lines]).toEqual([0, wanted.map((commit) => `git revert ${commit}`)]);
  });
});
