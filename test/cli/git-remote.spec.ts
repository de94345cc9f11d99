// Asking a remote for the trunk takes a bounded time, and nobody is asked for a password or about a host.
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
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

const aTicket = (commit: string): Promise<StampedTicket> =>
  aStampedTicket(server, { cart: 'export default 2;\n' }, commit);

const promote = (ticket: StampedTicket, cwd: string, env: Record<string, string> = {}): Promise<Ended> =>
  stamp(`${ticket.key} --promote`, { url: server.base, cwd, env, timeoutMs: 100_000 });

// The time is the command's own; the test is only as long.
test('a remote that takes a connection and says nothing, after 15 seconds, with a warning', async () => {
  const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const scene = new GitScene();
  const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
  scene.git('remote', 'set-url', 'origin', `git://127.0.0.1:${(silent.address() as AddressInfo).port}/shop`);
  const began = performance.now();
  const ended = await promote(ticket, scene.work);
  expect(performance.now() - began).toBeGreaterThan(14_000);
  silent.close();
  expect([ended.code, await ticket.stage()]).toEqual([0, 'qa']);
  expect(ended.stderr).toContain(
    'warning: origin/main could not be fetched: it did not answer within 15 seconds. The branch as last fetched is used.',
  );
}, 120_000);

describe('ssh asks nobody', () => {
  const HOW: Readonly<Record<string, (scene: GitScene, program: string) => Record<string, string>>> = {
    configuration: (scene, program) => (scene.git('config', 'core.sshCommand', program), {}),
    variable: (_scene, program) => ({ GIT_SSH_COMMAND: program }),
    'variable beside a configuration': (scene, program) => (
      scene.git('config', 'core.sshCommand', 'false'),
      { GIT_SSH_COMMAND: program }
    ),
  };
  test.each(Object.entries(HOW))('whose command is a %s', async (_how, set) => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    scene.git('remote', 'set-url', 'origin', 'ssh://git@shop.invalid/shop');
    const [program, heard] = ['ssh-of-mine', 'heard'].map((name) => path.join(scene.root, name)) as [string, string];
    fs.writeFileSync(program, `#!/bin/sh\necho "$@" >> ${heard}\nexit 255\n`, { mode: 0o755 });
    const ended = await promote(ticket, scene.work, set(scene, program));
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('could not be fetched')]);
    const calls = fs.readFileSync(heard, 'utf8').trim().split('\n');
    expect(calls.filter((call) => call.includes('git-upload-pack'))).not.toEqual([]);
    for (const call of calls) expect(call).toContain('-o BatchMode=yes');
  });

  test("and a program of one's own in GIT_SSH is the one that is asked", async () => {
    const scene = new GitScene();
    const ticket = await aTicket(scene.commit('src/cart.js', 'export default 2;\n'));
    scene.git('remote', 'set-url', 'origin', 'ssh://git@shop.invalid/shop');
    const [program, heard] = ['ssh-of-mine', 'heard'].map((name) => path.join(scene.root, name)) as [string, string];
    fs.writeFileSync(program, `#!/bin/sh\necho "$@" >> ${heard}\nexit 255\n`, { mode: 0o755 });
    await promote(ticket, scene.work, { GIT_SSH: program });
    expect(fs.readFileSync(heard, 'utf8')).toContain('git-upload-pack');
  });
});
