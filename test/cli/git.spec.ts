// Before a promotion git is looked at: each state that a work tree can be in, and the command that each refusal names.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { aStampedTicket, type StampedTicket } from './stamped.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endScenes, GitScene } from './git-scene.js';
import { type Ended, stamp } from './stamp.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  endScenes();
  await server.stop();
});

const aTicket = (commit?: string): Promise<StampedTicket> =>
  aStampedTicket(server, { cart: 'export default 2;\n' }, commit);

const promote = (ticket: StampedTicket, cwd: string, more = '', env: Record<string, string> = {}): Promise<Ended> =>
  stamp(`${ticket.key} --promote ${more}`, { url: server.base, cwd, env });

/** Refused with 3, and the ticket stays where it was. */
async function refused(ended: Ended, ticket: StampedTicket, says: string | RegExp): Promise<void> {
  expect([ended.code, ended.stdout]).toEqual([3, '']);
  if (typeof says === 'string') expect(ended.stderr).toBe(`stamp: ${says}\n`);
  else expect(ended.stderr).toMatch(says);
  expect(await ticket.stage()).toBe('dev');
}

async function promoted(ended: Ended, ticket: StampedTicket): Promise<void> {
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(await ticket.stage()).toBe('qa');
}

describe('goes through', () => {
  test('clean, and on top of the trunk', async () => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('from a folder below, with what git ignores lying about', async () => {
    const scene = new GitScene();
    scene.commit('.gitignore', 'dist\n');
    scene.write('dist/cart.js', 'built');
    const ticket = await aTicket(scene.head);
    await promoted(await promote(ticket, path.join(scene.work, 'src')), ticket);
  });

  test('a detached HEAD that descends from the trunk', async () => {
    const scene = new GitScene();
    scene.commit('src/cart.js', 'export default 2;\n');
    scene.git('switch', '--quiet', '--detach');
    const ticket = await aTicket(scene.head);
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('a work tree of its own', async () => {
    const scene = new GitScene();
    const other = path.join(scene.root, 'other');
    scene.git('worktree', 'add', '--quiet', other);
    const ticket = await aTicket(scene.head);
    await promoted(await promote(ticket, other), ticket);
    fs.writeFileSync(path.join(other, 'notes.txt'), '');
    const second = await aTicket(scene.head);
    await refused(await promote(second, other), second, /notes\.txt is not tracked by git/);
  });

  test('modules that were sent before they were committed have the commit from before', async () => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.head);
    scene.commit('src/cart.js', 'export default 2;\n');
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('a commit that was amended, where the sources are the same', async () => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    scene.git('commit', '--quiet', '--amend', '--message', 'Say it better');
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('the trunk of the settings', async () => {
    const scene = new GitScene('develop');
    scene.git('symbolic-ref', '--delete', 'refs/remotes/origin/HEAD');
    scene.git('update-ref', '-d', 'refs/remotes/origin/develop');
    scene.git('branch', '--quiet', '--delete', '--force', 'develop');
    const ticket = await aTicket();
    const [here, away] = ['origin.git', 'away.git'].map((name) => path.join(scene.root, name)) as [string, string];
    fs.renameSync(here, away);
    await refused(
      await promote(ticket, scene.work),
      ticket,
      /^stamp: There is no trunk to compare with .*"trunk": "develop"/,
    );
    fs.renameSync(away, here);
    scene.commit('.stamprc.json', '{"trunk": "develop"}');
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('outside of a repository, which programs hear', async () => {
    const [ticket, other] = [await aTicket('0'.repeat(40)), await aTicket('0'.repeat(40))];
    const ended = await promote(ticket, server.dataFolder);
    expect([ended.code, await ticket.stage()]).toEqual([0, 'qa']);
    const message = 'Not in a git repository: git is not checked.';
    expect(ended.stderr).toBe('');
    const json = await promote(other, server.dataFolder, '--json');
    expect(JSON.parse(json.stdout).warnings).toEqual([{ code: 'unchecked', key: '', message }]);
  });

  test('--no-git-check', async () => {
    const scene = new GitScene();
    scene.write('notes.txt', '');
    const ticket = await aTicket();
    await promoted(await promote(ticket, scene.work, '--no-git-check'), ticket);
  });
});

describe('is refused', () => {
  test('a change that is not committed', async () => {
    const scene = new GitScene();
    scene.write('src/cart.js', 'export default 3;\n');
    const ticket = await aTicket();
    const says =
      'The work tree is not clean: src/cart.js has changes. Commit that (git add --all && git commit), or stash it (git stash).';
    await refused(await promote(ticket, scene.work), ticket, says);
    scene.git('stash', '--quiet');
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('files that git does not know, whatever status.showUntrackedFiles says', async () => {
    const scene = new GitScene();
    for (const name of ['größe.txt', 'b.txt', 'c.txt', 'd.txt']) scene.write(name, '');
    scene.git('config', 'status.showUntrackedFiles', 'no');
    const ticket = await aTicket();
    await refused(
      await promote(ticket, scene.work),
      ticket,
      /b\.txt, c\.txt and 2 more are not tracked by git\. .*\(git stash --include-untracked\)\.$/m,
    );
  });

  test('what is staged only', async () => {
    const scene = new GitScene();
    scene.write('src/cart.js', 'export default 3;\n');
    scene.git('add', '--all');
    const ticket = await aTicket();
    await refused(await promote(ticket, scene.work), ticket, /src\/cart\.js has changes/);
  });

  test('a HEAD that does not descend from the trunk, as the remote has it now', async () => {
    const scene = new GitScene();
    scene.commit('src/cart.js', 'export default 2;\n');
    scene.othersPush('theirs.txt');
    const ticket = await aTicket();
    const says = 'HEAD does not descend from origin/main: 1 commit is missing. git rebase origin/main';
    await refused(await promote(ticket, scene.work), ticket, says);
    scene.git('rebase', '--quiet', 'origin/main');
    await promoted(await promote(ticket, scene.work), ticket);
  });

  test('a local trunk that is ahead of nothing is no way round', async () => {
    const scene = new GitScene();
    scene.othersPush('theirs.txt');
    scene.git('fetch', '--quiet');
    scene.git('switch', '--quiet', 'main');
    scene.commit('src/cart.js', 'export default 2;\n');
    const ticket = await aTicket();
    await refused(await promote(ticket, scene.work), ticket, /HEAD does not descend from origin\/main/);
  });

  test('a remote that does not answer, where it has to', async () => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    fs.renameSync(path.join(scene.root, 'origin.git'), path.join(scene.root, 'away.git'));
    await refused(await promote(ticket, scene.work, '--fetch'), ticket, /^stamp: origin\/main could not be fetched: /);
    const ended = await promote(ticket, scene.work);
    expect([ended.code, await ticket.stage()]).toEqual([0, 'qa']);
    expect(ended.stderr).toMatch(/^warning: origin\/main could not be fetched: /);
    const second = await promote(ticket, scene.work, '--yes');
    expect([second.code, await ticket.stage()]).toEqual([3, 'qa']);
    expect(second.stderr).toMatch(/could not be fetched: .*Try again where the remote can be reached \(--no-git-check/);
  });

  test('only the trunk is fetched', async () => {
    const scene = new GitScene();
    scene.git('push', '--quiet', 'origin', 'HEAD:refs/heads/others', 'HEAD:refs/tags/v1');
    scene.git('update-ref', '-d', 'refs/remotes/origin/others');
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    await promoted(await promote(ticket, scene.work), ticket);
    expect(scene.git('for-each-ref', '--format=%(refname)', 'refs/remotes', 'refs/tags').split('\n')).toEqual([
      'refs/remotes/origin/HEAD',
      'refs/remotes/origin/main',
    ]);
  });

  test('a shallow clone that does not descend, once its history is fetched', async () => {
    const scene = new GitScene();
    for (const name of ['a', 'b', 'c']) scene.othersPush(`${name}.txt`);
    scene.git('fetch', '--quiet');
    scene.git('push', '--quiet', 'origin', `origin/main~2:refs/heads/release`);
    scene.work = scene.clone('shallow', '--depth=1', '--branch=release');
    scene.git('fetch', '--quiet', '--depth=1', 'origin', 'main:refs/remotes/origin/main');
    const ticket = await aTicket();
    const says = 'HEAD does not descend from origin/main: 2 commits are missing. git rebase origin/main';
    await refused(await promote(ticket, scene.work), ticket, says);
  });

  test('a shallow clone of a branch alone, which has no trunk, and gets none', async () => {
    const scene = new GitScene();
    scene.git('push', '--quiet', 'origin', 'HEAD');
    scene.work = scene.clone('alone', '--depth=1', '--branch=cart-2');
    const ticket = await aTicket();
    fs.renameSync(path.join(scene.root, 'origin.git'), path.join(scene.root, 'away.git'));
    await refused(
      await promote(ticket, scene.work),
      ticket,
      /^stamp: There is no trunk .* This clone is shallow: git fetch --unshallow may bring it\.$/m,
    );
  });

  test('a trunk that is misspelt in the settings', async () => {
    const scene = new GitScene();
    scene.commit('.stamprc.json', '{"trunk": "mian"}');
    const ticket = await aTicket();
    await refused(
      await promote(ticket, scene.work),
      ticket,
      /^stamp: There is no branch 'mian' here or at origin: git fetch/,
    );
  });

  test('modules of another line of work', async () => {
    const scene = new GitScene();
    const other = scene.commit('src/cart.js', 'export default 9;\n');
    scene.git('reset', '--quiet', '--hard', 'HEAD~1');
    const ticket = await aTicket(other);
    await refused(
      await promote(ticket, scene.work),
      ticket,
      new RegExp(
        `come from commit ${other.slice(0, 10)}, which is not in HEAD's history: .*git checkout ${other.slice(0, 10)}`,
      ),
    );
    const unheard = await aTicket('1234567890'.repeat(4));
    await refused(await promote(unheard, scene.work), unheard, /come from commit 1234567890/);
  });

  test.each(['--output=stolen', 'HEAD', '4f1a2b3; touch stolen', '4f1a2b3\n'])(
    'modules whose commit, of a server that did not look, is %j',
    async (text) => {
      const scene = new GitScene();
      const precious = path.join(scene.root, 'precious');
      fs.writeFileSync(precious, 'mine');
      const ticket = await aTicket(scene.head);
      const named = text.replace('=stolen', `=${precious}`);
      await server.sql('UPDATE map_revision SET git_commit = $1 WHERE ticket_id = $2', [named, ticket.id]);
      await refused(await promote(ticket, scene.work), ticket, /name a commit that is not valid/);
      expect(fs.readFileSync(precious, 'utf8')).toBe('mine');
    },
  );

  test('a repository without a commit, and one that git cannot read', async () => {
    const scene = new GitScene();
    const empty = path.join(scene.root, 'empty');
    execFileSync('git', ['init', '--quiet', empty]);
    const ticket = await aTicket();
    await refused(await promote(ticket, empty), ticket, 'Nothing is committed yet: git add --all && git commit');
    fs.rmSync(path.join(empty, '.git', 'HEAD'));
    await refused(
      await promote(ticket, empty),
      ticket,
      /^stamp: .* can't be read by git: .*--no-git-check promotes anyway/,
    );
  });
});

test('a trunk that nobody fetched for long is noted', async () => {
  const scene = new GitScene();
  const long = new Date(Date.now() - 3 * 86_400_000);
  const logs = path.join(scene.work, '.git', 'logs', 'refs', 'remotes', 'origin');
  for (const name of fs.readdirSync(logs)) fs.utimesSync(path.join(logs, name), long, long);
  const ticket = await aTicket();
  fs.renameSync(path.join(scene.root, 'origin.git'), path.join(scene.root, 'away.git'));
  // git notes that it tried.
  fs.rmSync(path.join(scene.work, '.git', 'FETCH_HEAD'), { force: true });
  const ended = await promote(ticket, scene.work, '--verbose');
  expect(ended.stderr).toContain('origin/main was fetched 3 days ago: --fetch gets it from the remote.');
});
