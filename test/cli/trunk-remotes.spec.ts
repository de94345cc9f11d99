// Which remote the trunk is asked of on the way to production, however a clone names its remotes.
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

async function promoted(ended: Ended, ticket: StampedTicket): Promise<void> {
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect(await ticket.stage()).toBe('qa');
}

/** Each ends in a clone whose branch is behind a trunk that a colleague has pushed to since; answers the trunk as it is told. */
const REMOTES: readonly (readonly [what: string, prepare: (scene: GitScene) => void, trunk: string])[] = [
  ['a remote of another name', (scene) => void scene.git('remote', 'rename', 'origin', 'upstream'), 'upstream/main'],
  [
    'a remote whose name has a slash',
    (scene) => void scene.git('remote', 'rename', 'origin', 'team/shop'),
    'team/shop/main',
  ],
  [
    'a remote of another name, without its head',
    (scene) => {
      scene.git('remote', 'rename', 'origin', 'upstream');
      scene.git('remote', 'set-head', 'upstream', '--delete');
    },
    'upstream/main',
  ],
  [
    'several remotes, of which the local trunk follows one',
    (scene) => {
      scene.git('remote', 'rename', 'origin', 'upstream');
      scene.git('remote', 'add', 'fork', '/nowhere/fork.git');
      scene.git('config', 'branch.main.remote', 'upstream');
    },
    'upstream/main',
  ],
  [
    'a clone of one branch, with a local trunk',
    (scene) => {
      scene.git('push', '--quiet', 'origin', 'HEAD:cart-2');
      scene.work = scene.clone('single', '--single-branch', '--branch', 'cart-2');
      scene.git('branch', '--quiet', 'main');
    },
    'origin/main',
  ],
  [
    'a remote that was never fetched, beside a local trunk',
    (scene) => {
      for (const ref of ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main'])
        scene.git('update-ref', '--no-deref', '-d', ref);
    },
    'origin/main',
  ],
];

describe.each(REMOTES)('on the way to production, with %s', (_what, prepare, trunk) => {
  const atQa = async (scene: GitScene): Promise<StampedTicket> => {
    const ticket = await aTicket();
    await promoted(await promote(ticket, scene.work), ticket);
    return ticket;
  };

  test('the trunk is asked for, and what it has meanwhile is missing', async () => {
    const scene = new GitScene();
    prepare(scene);
    const ticket = await atQa(scene);
    scene.othersPush('src/nav.js');
    const ended = await promote(ticket, scene.work, '--yes');
    expect([ended.code, ended.stderr]).toEqual([
      3,
      expect.stringContaining(`HEAD does not descend from ${trunk}: 1 commit is missing`),
    ]);
    expect(await ticket.stage()).toBe('qa');
  });

  test('and where nobody answers it is refused', async () => {
    const scene = new GitScene();
    prepare(scene);
    const ticket = await atQa(scene);
    fs.renameSync(path.join(scene.root, 'origin.git'), path.join(scene.root, 'away.git'));
    const ended = await promote(ticket, scene.work, '--yes');
    expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining('could not be fetched')]);
    expect(await ticket.stage()).toBe('qa');
  });
});

test('of several remotes that nothing tells apart, none is taken for the one with the trunk', async () => {
  const scene = new GitScene();
  scene.git('remote', 'rename', 'origin', 'upstream');
  scene.git('remote', 'add', 'fork', '/nowhere/fork.git');
  scene.git('config', '--unset', 'branch.main.remote');
  const ticket = await aTicket();
  await promote(ticket, scene.work);
  const ended = await promote(ticket, scene.work, '--yes');
  expect([ended.code, ended.stderr]).toEqual([
    3,
    expect.stringContaining('there are several remotes (fork, upstream): set {"trunk"'),
  ]);
});
