// What git says of the packages that stamp add sends: whether HEAD's lock file has them, and which commit that is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { install, json } from './installed-app.js';
import { makeScene, type Scene } from './scene.js';

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene();
  await fs.mkdir(path.join(scene.folder, 'node_modules'), { recursive: true });
  await fs.writeFile(path.join(scene.folder, '.gitignore'), 'node_modules\n');
}, 60_000);

afterAll(() => scene.end());

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Alice', '-c', 'user.email=alice@example.com', ...args], {
    cwd: scene.folder,
    encoding: 'utf8',
  }).trim();
const commit = (files: Readonly<Record<string, string>>): Promise<void> =>
  Promise.all(Object.entries(files).map(([name, text]) => fs.writeFile(path.join(scene.folder, name), text))).then(
    () => {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message=Packages');
    },
  );
const lock = (version: string): string =>
  JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/locked': { version } } });
let content = 0;
const added = async (): Promise<{ dirty: boolean; commit: string; isDirty: boolean }> => {
  // The same again would be no revision.
  const files = { 'i.js': `export default ${(content += 1)};` };
  await install(scene, 'locked', { exports: './i.js', version: '1.2.3' }, files);
  const { code, body, error } = await json(scene, 'stamp add TKT-170 locked --yes');
  expect({ code, error }).toEqual({ code: 0, error: '' });
  const { objects } = (
    await scene.server.http.get('/api/v1/ticket/TKT-170/revision/?order_by=-number&limit=1').expect(200)
  ).body;
  return { dirty: body.packages[0].dirty, commit: objects[0].git_commit, isDirty: objects[0].dirty };
};

afterEach(() => Promise.all(LOCKS.map((name) => fs.rm(path.join(scene.folder, name), { force: true }))));

const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];

test.each<[string, string]>([
  ['package-lock.json', lock('1.2.3')],
  ['package-lock.json', JSON.stringify({ lockfileVersion: 1, dependencies: { locked: { version: '1.2.3' } } })],
  ['npm-shrinkwrap.json', lock('1.2.3')],
  ['pnpm-lock.yaml', 'packages:\n\n  locked@1.2.3:\n    resolution: {}\n'],
  ['pnpm-lock.yaml', 'packages:\n\n  /locked@1.2.3(react@19.0.0):\n    resolution: {}\n'],
  ['yarn.lock', 'locked@^1.0.0, locked@^1.2.0:\n  version "1.2.3"\n'],
  ['yarn.lock', '"locked@npm:^1.0.0":\n  version: 1.2.3\n'],
  ['bun.lock', '{"packages": {"locked": ["locked@1.2.3", "", {}, "sha512-x"]}}'],
])('what %s of HEAD has is of its commit: %s', async (name, text) => {
  await commit({ [name]: text });
  expect(await added()).toEqual({ dirty: false, commit: git('rev-parse', 'HEAD'), isDirty: false });
});

test.each<[string, string, string | undefined]>([
  ['package-lock.json', lock('1.2.2'), undefined],
  ['package-lock.json', '{', undefined],
  ['package-lock.json', lock('1.2.2'), lock('1.2.3')],
  ['pnpm-lock.yaml', 'packages:\n\n  unlocked@1.2.3:\n\n  locked@1.2.30:\n', undefined],
  ['yarn.lock', 'locked@^1.0.0:\n  version "1.2.2"\n\nother@^1.0.0:\n  version "1.2.3"\n', undefined],
])('what %s of HEAD has not is in no commit: %s', async (name, text, later) => {
  await commit({ [name]: text });
  if (later !== undefined) await fs.writeFile(path.join(scene.folder, name), later);
  expect(await added()).toMatchObject({ dirty: true, commit: git('rev-parse', 'HEAD'), isDirty: true });
  const { stdout } = await scene.run('stamp add TKT-170 locked');
  expect(stdout).toMatch(/locked 1\.2\.3: .*in no commit/);
});

test('without any lock file, or one that is in no commit, neither is the package', async () => {
  git('rm', '--quiet', '--force', '--ignore-unmatch', '--', ...LOCKS);
  await commit({});
  expect(await added()).toMatchObject({ isDirty: true });
  await fs.writeFile(path.join(scene.folder, 'package-lock.json'), lock('1.2.3'));
  expect(await added()).toMatchObject({ isDirty: true });
});

test('the mark stays when sources are found in HEAD, and goes when the package comes again', async () => {
  await commit({ 'package-lock.json': lock('1.2.2') });
  await added();
  const head = git('rev-parse', 'HEAD');
  await scene.server.http.post('/api/v1/ticket/TKT-170/promote/').send({ git_commit: head }).expect(200);
  const dirty = async (): Promise<boolean> =>
    (await scene.server.http.get('/api/v1/ticket/TKT-170/revision/?order_by=-number&limit=1')).body.objects[0].dirty;
  expect(await dirty()).toBe(true);
  await scene.server.http.post('/api/v1/ticket/TKT-170/revert/').expect(200);
  await commit({ 'package-lock.json': lock('1.2.3') });
  await added();
  expect(await dirty()).toBe(false);
});

test('no git revert is printed of a commit that may be another change', async () => {
  await commit({ 'package-lock.json': lock('1.2.3') });
  await added();
  for (const _stage of ['qa', 'prod'])
    await scene.server.http.post('/api/v1/ticket/TKT-170/promote/').send({}).expect(200);
  const reverted = await scene.server.http.post('/api/v1/ticket/TKT-170/revert/').send({}).expect(200);
  expect(JSON.stringify(reverted.body)).not.toContain('git revert');
});
