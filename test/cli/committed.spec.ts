// What reaches production is what was committed; and what takes it back in git names the commits that made it.
import { setTimeout as sleep } from 'node:timers/promises';
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

const aTeam = (): Promise<Team> => new Team(server).begin();

describe('what reaches production', () => {
  test('is in a commit, and the line that takes it back names those that made it', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('bob').commit('src/nav.js', 'export default 2;\n').push();
    team.as('alice').branch('cart').commit('README.md', 'A shop\n');
    team.scene.write('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    const { body: before } = await server.http.get(`/api/v1/ticket/CART-1/why/?project=${team.project}`).expect(200);
    expect(before.verdicts.map(({ code }: { code: string }) => code)).toContain('sources.dirty');
    const refusal = await team.run('CART-1 --promote --yes');
    expect([refusal.code, refusal.stderr]).toEqual([3, expect.stringContaining('The work tree is not clean')]);
    // Put away, it is in no commit: nothing else is released in its place.
    team.scene.git('stash', '--quiet');
    const missing = await team.run('CART-1 --promote --yes');
    expect([missing.code, missing.stderr]).toEqual([
      3,
      expect.stringContaining('HEAD does not have src/cart.js as CART-1 has it'),
    ]);
    team.scene.git('stash', 'pop', '--quiet');
    team.commit('src/cart.js', 'export default 2;\n');
    const made = team.scene.head;
    team.commit('README.md', 'A large shop\n');
    await team.release('CART-1');
    const { body } = await server.http.get(`/api/v1/release/2/?project=${team.project}`).expect(200);
    expect(body.layers.at(-1)).toMatchObject({ dirty: false, git_commit: team.scene.head, git_commits: [made] });
    const listed = await team.run('releases --json=number,key,title,commits');
    const [newest] = JSON.parse(listed.stdout) as object[];
    expect(newest).toEqual({ number: 2, key: 'CART-1', title: 'cart', commits: [made] });
    expect((await team.run('releases --limit 1')).stdout).toMatch(new RegExp(`\t${made}\tcart\n$`));
    const reverted = await team.run('CART-1 --revert --yes --json');
    expect(JSON.parse(reverted.stdout)).toMatchObject({ git_revert: `git revert ${made}` });
  });

  test('tells what is not from git, to programs too', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    const lit = { specifier: 'lit', url: 'https://cdn.example/lit.js' };
    await server.http.post(`/api/v1/ticket/CART-1/modules/?project=${team.project}`).send(lit).expect(201);
    const rehearsed = await team.run('CART-1 --promote --dry-run');
    expect([rehearsed.code, rehearsed.stderr]).toEqual([0, expect.stringMatching(/^warning: Not from git: lit\.$/m)]);
    const { stdout } = await team.run('CART-1 --promote --json');
    expect(JSON.parse(stdout).warnings).toContainEqual({ code: 'unchecked', key: '', message: 'Not from git: lit.' });
  });

  test('from the trunk: merges are reverted as merges', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    team.scene.git('switch', '--quiet', 'main');
    team.scene.git('merge', '--quiet', '--no-ff', '--no-edit', 'cart');
    const merge = team.scene.head;
    team.commit('src/nav.js', 'export default 2;\n').push();
    await team.update('ALL-1');
    await team.release('ALL-1');
    const reverted = await team.run('ALL-1 --revert --yes');
    expect(reverted.stdout).toContain(`git revert ${team.scene.head} && git revert -m 1 ${merge}`);
  });

  test('without a look at git, is shown as what it is, and names no commit of others', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart');
    team.scene.write('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    for (let turn = 0; turn < 2; turn++) expect((await team.run('CART-1 --promote --yes --no-git-check')).code).toBe(0);
    expect((await team.run('releases')).stdout).toContain('with uncommitted work');
    const reverted = await team.run('CART-1 --revert --yes');
    expect(reverted.stdout).toContain('the commits of the change are not known');
    expect(reverted.stdout).not.toContain('git revert');
  });

  test('is looked at again where somebody uploads while the promotion waits', async () => {
    const team = await (await aTeam()).firstRelease();
    team.as('alice').branch('cart').commit('src/cart.js', 'export default 2;\n');
    await team.update('CART-1');
    const ticket = `/api/v1/ticket/CART-1/`;
    const project = `?project=${team.project}`;
    await server.http.post(`${ticket}hold/${project}`).send({ reason: 'Bob is at it', until: '2h' }).expect(200);
    const asked = await whysAsked();
    const waiting = team.run('CART-1 --promote --yes --wait --timeout 60s');
    while ((await whysAsked()) === asked) await sleep(50);
    team.as('bob').branch('cart');
    team.scene.write('src/cart.js', 'export default "in no commit";\n');
    await team.update('CART-1');
    await server.http.post(`${ticket}unhold/${project}`).send({}).expect(200);
    expect(await waiting).toMatchObject({ code: 3, stderr: expect.stringContaining('HEAD does not have src/cart.js') });
    const { body } = await server.http.get(`${ticket}why/${project}`).expect(200);
    expect([body.stage, body.verdicts.map(({ code }: { code: string }) => code)]).toEqual([
      'dev',
      expect.arrayContaining(['sources.dirty']),
    ]);
  });
});

/** How often somebody asked why a ticket isn't further: a promotion that waits does. */
async function whysAsked(): Promise<number> {
  const { text } = await server.http.get('/metrics').expect(200);
  return [...text.matchAll(/^stampline_http_request_duration_seconds_count\{[^}]*why[^}]*\} (\d+)/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
}
