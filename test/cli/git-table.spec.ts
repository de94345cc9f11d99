// What git can do to files × how they come to a ticket, with real git: what a watch, an update and a promotion make of each.
// Conflicts between clones have their stories in two-clones.spec.ts.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { CopiedRepo, endRepos, endTemplate, TICKET, version } from './copied-repo.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endRepos);
afterAll(async () => {
  endTemplate();
  await server.stop();
});

type Does = (repo: CopiedRepo) => void;

interface Row {
  /** On the trunk, before production has it. */
  readonly base?: Does;
  /** Between the release and the command: how the developer's clone is. */
  readonly clone?: Does;
  /** What the developer does; a watch runs meanwhile. */
  readonly change: Does;
  /** Of the ticket, afterwards. */
  readonly changes: Record<string, string>;
  /** Production, after the promotion. */
  readonly live: Record<string, string>;
}

const TEXT = { one: version(1).trim(), two: version(2).trim(), three: version(3).trim() };
const CLEAN = { 'src/cart.js': 'clean' };
const EDITED = { 'src/cart.js': TEXT.two, 'src/nav.js': TEXT.one };
const edit: Does = (repo) => repo.commit('src/cart.js', version(2));
const edited = { change: edit, changes: CLEAN, live: EDITED };

const move =
  (to: string): Does =>
  (repo) => {
    repo.git('mv', 'src/nav.js', to);
    repo.commitAll('Move the menu');
  };

/** Two commits on a branch of their own. */
function feature(repo: CopiedRepo): void {
  repo.git('switch', '--quiet', '--create', 'feature');
  repo.commit('src/cart.js', version('0'));
  repo.commit('src/cart.js', version(2));
}

function shallow(repo: CopiedRepo): void {
  repo.commit('README.md', 'A shop\n');
  repo.git('push', '--quiet', 'origin', 'HEAD:cart');
  const url = `file://${path.join(repo.root, 'origin.git')}`;
  repo.git('clone', '--quiet', '--depth', '1', '--branch', 'cart', url, '../shallow');
  repo.work = path.join(repo.root, 'shallow');
  for (const [key, value] of [
    ['user.name', 'Alice'],
    ['user.email', 'alice@example.com'],
  ] as const)
    repo.git('config', key, value);
}

function linked(repo: CopiedRepo): void {
  repo.git('worktree', 'add', '--quiet', '-b', 'linked', '../linked');
  repo.work = path.join(repo.root, 'linked');
}

function withSubmodule(repo: CopiedRepo): void {
  const lib = path.join(repo.root, 'lib');
  fs.mkdirSync(lib);
  fs.writeFileSync(path.join(lib, 'price.js'), version(1));
  const inLib = (...args: string[]): string =>
    repo.git('-C', lib, '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args);
  inLib('init', '--quiet');
  inLib('add', '.');
  inLib('commit', '--quiet', '--message=Lib');
  repo.git('submodule', '--quiet', 'add', lib, 'src/lib');
  repo.commitAll('Add the library');
  repo.push();
}

/** The submodule's file changes, too, and the commit that the repository has of it. */
function editWithSubmodule(repo: CopiedRepo): void {
  repo.write('src/lib/price.js', version(2));
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  repo.git('-C', 'src/lib', ...who, 'commit', '--quiet', '--all', '--message=Price');
  edit(repo);
}

const lines =
  (value: number): Does =>
  (repo) =>
    repo.write('src/cart.js', version(value).replace('\n', '\r\n'));

/** What git stores is a pointer; the content is elsewhere, as LFS has it. */
function withLfs(repo: CopiedRepo): void {
  const [script, store] = [path.join(repo.root, 'lfs.sh'), path.join(repo.root, 'lfs')];
  fs.mkdirSync(store);
  fs.writeFileSync(
    script,
    `#!/bin/sh
if [ "$1" = clean ]; then
  cat > "${store}/$$"; id=$(sha256sum "${store}/$$" | cut -c1-64); mv "${store}/$$" "${store}/$id"; echo "oid $id"
else read -r _ id; cat "${store}/$id"; fi
`,
    { mode: 0o755 },
  );
  for (const way of ['clean', 'smudge']) repo.git('config', `filter.ours.${way}`, `${script} ${way}`);
  repo.git('config', 'filter.ours.required', 'true');
  repo.write('.gitattributes', '*.js filter=ours\n');
  repo.git('add', '--renormalize', '.');
  repo.commitAll('Keep sources elsewhere');
  repo.push();
}

/** Who isn't root can't give a folder away, and asks git to take it for another's. */
function giveAway(repo: CopiedRepo): void {
  if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65534', repo.work]);
  else repo.env = { ...repo.env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
}

function trusted(repo: CopiedRepo): void {
  giveAway(repo);
  const config = path.join(repo.root, 'trust');
  execFileSync('git', ['config', '--file', config, '--add', 'safe.directory', '*']);
  repo.env = { ...repo.env, GIT_CONFIG_GLOBAL: config };
}

const ROWS: Readonly<Record<string, Row>> = {
  edit: edited,
  add: {
    change: (repo) => repo.commit('src/new.js', version(2)),
    changes: { 'src/new.js': 'clean' },
    live: { 'src/cart.js': TEXT.one, 'src/nav.js': TEXT.one, 'src/new.js': TEXT.two },
  },
  delete: {
    change: (repo) => {
      repo.git('rm', '--quiet', 'src/nav.js');
      repo.commitAll('Drop the menu');
    },
    changes: { 'src/nav.js': 'deleted, clean' },
    live: { 'src/cart.js': TEXT.one },
  },
  rename: {
    change: move('src/menu.js'),
    changes: { 'src/nav.js': 'deleted, clean', 'src/menu.js': 'clean' },
    live: { 'src/cart.js': TEXT.one, 'src/menu.js': TEXT.one },
  },
  'a rename of the case only': {
    change: move('src/Nav.js'),
    changes: { 'src/nav.js': 'deleted, clean', 'src/Nav.js': 'clean' },
    live: { 'src/cart.js': TEXT.one, 'src/Nav.js': TEXT.one },
  },
  revert: {
    base: (repo) => (edit(repo), repo.push()),
    change: (repo) => void repo.git('revert', '--no-edit', 'HEAD'),
    changes: CLEAN,
    live: { 'src/cart.js': TEXT.one, 'src/nav.js': TEXT.one },
  },
  // What was released from a branch is on the trunk under another commit.
  'after a squash merge': {
    base: feature,
    clone: (repo) => {
      repo.git('switch', '--quiet', 'cart');
      repo.git('merge', '--quiet', '--squash', 'feature');
      repo.commitAll('The feature, as one');
      repo.push();
      repo.git('switch', '--quiet', '--create', 'next');
    },
    change: (repo) => repo.commit('src/cart.js', version(3)),
    changes: CLEAN,
    live: { 'src/cart.js': TEXT.three, 'src/nav.js': TEXT.one },
  },
  'a squash merge': {
    change: (repo) => {
      feature(repo);
      repo.git('switch', '--quiet', 'cart');
      repo.git('merge', '--quiet', '--squash', 'feature');
      repo.commitAll('The feature, as one');
    },
    changes: CLEAN,
    live: EDITED,
  },
  merge: {
    change: (repo) => {
      feature(repo);
      repo.git('switch', '--quiet', 'cart');
      repo.git('merge', '--quiet', '--no-ff', '--no-edit', 'feature');
    },
    changes: CLEAN,
    live: EDITED,
  },
  'a shallow clone': { ...edited, clone: shallow },
  'a detached HEAD': {
    ...edited,
    change: (repo) => {
      repo.git('switch', '--quiet', '--detach');
      edit(repo);
    },
  },
  'a linked work tree': { ...edited, clone: linked },
  'a submodule': { ...edited, base: withSubmodule, change: editWithSubmodule },
  'line ends': {
    ...edited,
    base: (repo) => {
      repo.commit('.gitattributes', '*.js text eol=lf\n');
      repo.push();
    },
    clone: lines(1),
    change: (repo) => {
      lines(2)(repo);
      repo.commitAll('Change src/cart.js');
    },
  },
  'a sparse checkout': {
    ...edited,
    change: (repo) => {
      repo.git('sparse-checkout', 'set', '--no-cone', '/*', '!/src/nav.js');
      edit(repo);
    },
  },
  'an LFS pointer': { ...edited, base: withLfs },
  "another owner's, whom the developer trusts": { ...edited, clone: trusted },
  'no git': {
    clone: (repo) => fs.rmSync(repo.path('.git'), { recursive: true }),
    change: (repo) => repo.write('src/cart.js', version(2)),
    changes: CLEAN,
    live: EDITED,
  },
};

async function aRepo({ base, clone }: Row): Promise<CopiedRepo> {
  const repo = new CopiedRepo(server);
  base?.(repo);
  await repo.release();
  clone?.(repo);
  return repo;
}

async function update(repo: CopiedRepo): Promise<void> {
  const ended = await repo.stamp(`update ${TICKET} --once --yes`);
  expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
}

describe.each(Object.entries(ROWS))('%s', (_name, row) => {
  it('× once', async () => {
    const repo = await aRepo(row);
    row.change(repo);
    await update(repo);
    expect(await repo.changes()).toEqual(row.changes);
    if (!fs.existsSync(repo.path('.git'))) return;
    // Again, from a machine that knows nothing of it: nothing is new.
    const again = await repo.stamp(`update ${TICKET} --once --yes --json=event,files,deleted,rebased`);
    expect(again.stdout).toContain('{"event":"synced","files":[],"deleted":[],"rebased":null}');
  });

  it('× watch', async () => {
    const repo = await aRepo(row);
    const watch = await repo.watch();
    expect(await repo.changes()).toEqual({});
    row.change(repo);
    await repo.untilChanges(row.changes);
    expect(await watch.interrupt()).toBe(0);
  });

  it('× promote', async () => {
    const repo = await aRepo(row);
    row.change(repo);
    await update(repo);
    for (let turn = 0; turn < 2; turn++) {
      const ended = await repo.stamp(`${TICKET} --promote --yes`);
      expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('stamp: ')]);
    }
    expect(await repo.live()).toEqual(row.live);
    const isInGit = fs.existsSync(repo.path('.git'));
    expect(await repo.lastLayer()).toMatchObject({ dirty: false, git_commit: isInGit ? repo.head : null });
  });
});

describe('another owner’s, whom nobody trusts', () => {
  it.each([
    ['once', `update ${TICKET} --once --yes`, 1],
    ['watch', `update ${TICKET} --yes`, 1],
    ['promote', `${TICKET} --promote --yes`, 3],
  ])('× %s is refused, and changes nothing', async (_mode, line, code) => {
    const repo = await aRepo({ ...edited, clone: edit });
    await update(repo);
    repo.write('src/nav.js', version(2));
    giveAway(repo);
    const ended = await repo.stamp(line);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining('safe.directory')]);
    expect(await repo.changes()).toEqual(CLEAN);
  });
});
