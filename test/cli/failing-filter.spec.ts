// Files that git stores through a filter that it requires, where that filter fails: nobody knows whether they were changed, so that they
// are named and stay here, in an update, a watch, and of files that somebody names.
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

/** Its scripts go through a filter, which works; production has them. */
async function aFilteredRepo(): Promise<CopiedRepo> {
  const repo = new CopiedRepo(server);
  repo.git('config', 'filter.ours.required', 'true');
  repo.git('config', 'filter.ours.clean', 'cat');
  repo.write('.gitattributes', '*.js filter=ours\n');
  repo.commitAll('Keep sources elsewhere');
  repo.push();
  await repo.release();
  return repo;
}

describe('a filter that git requires, and that fails here', () => {
  const says = (file: string): string => `${file} goes through git's filter ours, which fails here`;

  async function aBrokenRepo(): Promise<CopiedRepo> {
    const repo = await aFilteredRepo();
    repo.write('src/cart.js', version(2));
    repo.write('src/page.css', 'a {}');
    repo.git('config', 'filter.ours.clean', 'false');
    return repo;
  }

  it.each([
    ['once', `update ${TICKET} --once --yes`, ['src/cart.js', 'src/nav.js']],
    ['named', `update ${TICKET} src/cart.js src/page.css`, ['src/cart.js']],
  ])('× %s: its files are named, and stay here; the others are sent', async (_mode, line, named) => {
    const repo = await aBrokenRepo();
    const ended = await repo.stamp(line);
    expect(ended.code).toBe(1);
    for (const file of named) expect(ended.stderr).toContain(says(file));
    expect(ended.stderr.split("git's filter ours")).toHaveLength(named.length + 1);
    expect(ended.stderr).toContain('git config --get filter.ours.clean shows the command that must work');
    expect(await repo.changes()).toEqual({ 'src/page.css': 'clean, dirty' });
  });

  it('× watch: named once for each time that they are saved, and sent when it works again', async () => {
    const repo = await aBrokenRepo();
    const watch = await repo.watch();
    repo.write('src/page.css', 'a { top: 0 }');
    await watch.until('the style is sent', ({ event }) => event === 'saved');
    const refused = (): unknown[] => watch.events.filter(({ event }) => event === 'refused').map(({ file }) => file);
    expect(refused().sort()).toEqual(['src/cart.js', 'src/nav.js']);
    repo.git('config', 'filter.ours.clean', 'cat');
    repo.write('src/cart.js', version(3));
    await repo.untilChanges({ 'src/cart.js': 'clean, dirty', 'src/page.css': 'clean, dirty' });
    expect(refused()).toHaveLength(2);
    expect(await watch.interrupt()).toBe(0);
  });

  it('× some of a filter that works for others: only those', async () => {
    const repo = await aFilteredRepo();
    const script = path.join(repo.root, 'picky.sh');
    fs.writeFileSync(script, `#!/bin/sh\ncase "$1" in *-bad.js) exit 1;; *) cat;; esac\n`, { mode: 0o755 });
    repo.git('config', 'filter.ours.clean', `${script} %f`);
    const names = Array.from({ length: 12 }, (_one, at) => `src/${at}-${at % 3 === 0 ? 'bad' : 'good'}.js`);
    for (const name of names) repo.write(name, version(name));
    const ended = await repo.stamp(`update ${TICKET} --once --yes --json`);
    expect(ended.code).toBe(1);
    const events = ended.stdout.split('\n').filter(Boolean);
    const refused = events.map((one) => JSON.parse(one) as { event: string; file: string });
    expect(refused.filter(({ event }) => event === 'refused').map(({ file }) => file)).toEqual(
      names.filter((name) => name.includes('bad')).sort(),
    );
    expect(Object.keys(await repo.changes())).toEqual(
      expect.arrayContaining(names.filter((name) => name.includes('good'))),
    );
  });
});
