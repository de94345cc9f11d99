// What thousands of files cost in processes of git, and what they may not run into: the limits of a command line, of a buffer.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gitIn } from '../../src/cli/git/git.js';
import { folderOf, inParts } from '../../src/cli/git/named-paths.js';
import { byPath, pathChanges } from '../../src/cli/git/path-changes.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { CopiedRepo, endRepos, endTemplate, TICKET, version } from './copied-repo.js';
import { endScenes, GitScene } from './git-scene.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  endScenes();
  await endRepos();
});
afterAll(async () => {
  endTemplate();
  await server.stop();
});

/** A `git` first in the PATH, which writes down what it is asked. */
function counted(repo: CopiedRepo): () => string[] {
  const [folder, log] = [path.join(repo.root, 'bin'), path.join(repo.root, 'asked')];
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'git'), `#!/bin/sh\necho "$*" | head -n 1 >> '${log}'\nexec '${real}' "$@"\n`, {
    mode: 0o755,
  });
  repo.env = { ...repo.env, PATH: `${folder}:${process.env.PATH ?? ''}` };
  return () => {
    const lines = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean) : [];
    fs.rmSync(log, { force: true });
    return lines;
  };
}

const files = (count: number): string[] => Array.from({ length: count }, (_one, at) => `src/many/part${at}.js`);

describe.each<[string, Record<string, string>]>([
  ['whose commit nobody has', { git_commit: 'f'.repeat(40) }],
  ['from uncommitted work on a commit that is here', {}],
])('conflicts with a release %s', (_what, more) => {
  it('take as many processes of git for 320 files as for 2', async () => {
    const asked = new Map<number, number>();
    for (const count of [2, 320]) {
      const [repo, all] = [new CopiedRepo(server), files(count)];
      for (const file of all) repo.write(file, version(1));
      repo.commitAll('Many files');
      repo.push();
      await repo.release();
      const texts = { mode: 'sources', source: all.map((file) => `${'9'.repeat(40)} ${file}`), git_commit: repo.head };
      await repo.upload({ ...texts, ...more }, Object.fromEntries(all.map((file) => [file, version(9)])));
      for (const file of all) repo.write(file, version(2));
      repo.commitAll('All of them');
      const processes = counted(repo);
      const ended = await repo.stamp(`update ${TICKET} --once --yes --json`);
      expect(ended.stdout.split('\n').filter((line) => line.includes('"stale"'))).toHaveLength(count);
      asked.set(count, processes().length);
    }
    expect(asked.get(2)).toBeGreaterThan(5);
    expect(asked.get(320)).toBe(asked.get(2));
  });
});

it('files of a filter that fails take as many processes of git, 400 as 4', async () => {
  const asked: number[] = [];
  for (const count of [4, 400]) {
    const repo = new CopiedRepo(server);
    for (const file of files(count)) repo.write(file, version(1));
    repo.write('.gitattributes', 'src/many/* filter=ours\n');
    repo.commitAll('Many files');
    repo.push();
    await repo.release();
    repo.git('config', 'filter.ours.required', 'true');
    repo.git('config', 'filter.ours.clean', 'false');
    for (const file of files(count)) repo.write(file, version(2));
    const processes = counted(repo);
    const ended = await repo.stamp(`update ${TICKET} --once --yes --json`);
    expect(ended.stdout.split('\n').filter((line) => line.includes('"refused"'))).toHaveLength(count);
    asked.push(processes().length);
    expect(await repo.changes()).toEqual({});
  }
  expect(asked[1]).toBe(asked[0]);
});

it('a ticket with more paths than a command line takes is promoted with the commits that changed them', async () => {
  const repo = new CopiedRepo(server);
  const all = Array.from({ length: 400 }, (_one, at) => `src/${'long-name'.repeat(12)}/part${at}.js`);
  for (const file of all) repo.write(file, version(1));
  repo.commitAll('Many files');
  repo.push();
  await repo.release();
  for (const file of all) repo.write(file, version(2));
  repo.commitAll('All of them');
  expect((await repo.stamp(`update ${TICKET} --once --yes`)).code).toBe(0);
  const asked = counted(repo);
  for (let turn = 0; turn < 2; turn++) expect(await repo.stamp(`${TICKET} --promote --yes`)).toMatchObject({ code: 0 });
  const longest = Math.max(...asked().map(({ length }) => length));
  // Of Windows; elsewhere it is more.
  expect(longest).toBeLessThan(32_000);
  expect(await repo.lastLayer()).toMatchObject({ git_commits: [repo.head] });
});

describe('the changes of paths', () => {
  /** A commit with files of names as long as they may be, without a work tree. */
  function aScene(count: number, commits: number): { scene: GitScene; paths: string[] } {
    const scene = new GitScene();
    const folder = Array.from({ length: 14 }, () => 'n'.repeat(250)).join('/');
    const paths = Array.from({ length: count }, (_one, at) => `src/${folder}/${at}.js`);
    const text = Array.from({ length: commits }, (_one, at) =>
      [
        `commit refs/heads/many`,
        `mark :${at + 1}`,
        `committer A <a@example.com> ${1_700_000_000 + at} +0000`,
        `data 4\nMany`,
        ...(at > 0 ? [`from :${at}`] : []),
        ...paths.map((file) => `M 100644 inline ${file}\ndata <<E\n${at}\nE`),
        '',
      ].join('\n'),
    ).join('\n');
    execFileSync('git', ['fast-import', '--quiet'], { cwd: scene.work, input: `${text}\n` });
    return { scene, paths };
  }

  it('are found where no command line holds them', async () => {
    const { scene, paths } = aScene(700, 1);
    expect(paths.join(' ').length).toBeGreaterThan(2 * 1024 * 1024);
    const found = byPath(await pathChanges(gitIn(scene.work), ['refs/heads/many'], paths));
    expect([...found.keys()].sort()).toEqual([...paths].sort());
  });

  it('are found in a log that no buffer of ours holds, and only those are kept', async () => {
    const { scene, paths } = aScene(700, 30);
    const [first = ''] = paths;
    const wanted = [first, ...Array.from({ length: 400 }, (_one, at) => `src/gone${at}.js`)];
    const found = await pathChanges(gitIn(scene.work), ['refs/heads/many'], wanted);
    expect(found.map((one) => one.path)).toEqual(Array.from({ length: 30 }, () => first));
    await expect(gitIn(scene.work).read(['log', '--raw'], { names: ['refs/heads/many'] })).rejects.toThrow(
      'name a part of the repository',
    );
  });
});

it('parts of paths are all of them, in their order; a folder is the deepest that has them', () => {
  const paths = Array.from({ length: 1000 }, (_one, at) => `${'x'.repeat(at)}/a.js`);
  const parts = inParts(paths);
  expect(parts.flat()).toEqual(paths);
  expect(Math.max(...parts.map((part) => part.join(' ').length))).toBeLessThan(25_000);
  expect(parts.length).toBeLessThan(50);
  expect(inParts([])).toEqual([]);
  expect(folderOf(['src/a/b/c.js', 'src/a/bc/d.js'])).toEqual(['src/a']);
  expect(folderOf(['src/a/b.js', 'src/a/c.js'])).toEqual(['src/a']);
  expect(folderOf(['src/a/b.js', 'c.js'])).toEqual([]);
  expect(folderOf(['src/a/b/c.js', 'src/a/d.js'])).toEqual(['src/a']);
});
