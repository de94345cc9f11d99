// `stamp TKT-1 --update`: a folder that is watched, and what its ticket shows at each moment.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { endApps, shown, untilShown, type Watch, WatchedApp, moduleText as text, newKey } from './watched-app.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(endApps);
afterAll(() => server.stop());

const SHOP = { 'src/cart.js': text('cart'), 'src/lib/price.js': text('price') };

async function field(key: string, name: string): Promise<unknown> {
  const { body } = await server.http.get(`/api/v1/ticket/${key}/`).expect(200);
  return (body as Record<string, unknown>)[name];
}

async function revisions(key: string): Promise<Record<string, any>[]> {
  const { body } = await server.http.get(`/api/v1/ticket/${key}/revision/?order_by=number`).expect(200);
  return (body as { objects: Record<string, any>[] }).objects;
}

describe('the first look', () => {
  it('creates the ticket, named after the branch, and sends modules that git does not ignore', async () => {
    const key = newKey();
    const app = new WatchedApp({
      ...SHOP,
      'src/.hidden.js': text('hidden'),
      'src/node_modules/preact/index.js': text('preact'),
      'src/index.html': '<p>',
      'src/built.js': text('built'),
      '.gitignore': 'built.js\n',
    });
    app.git('remote', 'add', 'origin', 'https://alice:secret@git.example.com/shop.git');
    app.write('src/new.mjs', text('not committed yet'));
    const watch = await app.watch(server.base, key);
    const wanted = { ...SHOP, 'src/new.mjs': text('not committed yet') };
    expect(await shown(server.base, key)).toEqual(wanted);
    expect(await field(key, 'title')).toBe('free-shipping');
    expect(await field(key, 'owner')).toBe('alice@example.com');
    expect((await revisions(key)).at(-1)).toMatchObject({
      git_remote: 'https://git.example.com/shop.git',
      git_branch: 'free-shipping',
      git_commit: app.git('rev-parse', 'HEAD'),
    });
    expect(watch.of('ticket')).toMatchObject([{ ticket: key, title: 'free-shipping', stage: 'dev', created: true }]);
    expect(watch.of('synced')).toMatchObject([{ files: Object.keys(wanted).sort(), deleted: [] }]);
    expect(watch.of('link')).toMatchObject([{ url: `${server.base}/import-map.json?dev=${key}` }]);
  });

  it('--title names it, and a page in .stamprc.json is where the link leads', async () => {
    const key = newKey();
    const app = new WatchedApp({ ...SHOP, '.stamprc.json': '{"page": "http://localhost:8080/shop?lang=en"}' });
    const ended = await app.stamp(server.base, `update ${key} --once --title Shipping`);
    expect(ended.code).toBe(0);
    expect(ended.stdout.split('\n').at(-2)).toBe(`http://localhost:8080/shop?lang=en&dev=${key}`);
    expect(await field(key, 'title')).toBe('Shipping');
  });

  it('works without git, with a folder elsewhere, and in a project of its own', async () => {
    const key = newKey();
    const { body } = await server.http.post('/api/v1/project/').send({ name: 'shop' }).expect(201);
    const app = new WatchedApp({ 'theme/a.css': 'a {}', 'theme/node_modules/x.js': text(1) }, null);
    const ended = await app.stamp(server.base, `--project shop ${key} --update --once --folder ${app.path('theme')}`);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain(`${server.base}/p/shop/import-map.json?dev=${key}\n`);
    expect(await shown(server.base, key, 'shop')).toEqual({ 'theme/a.css': 'a {}' });
    const [ticket] = await server.sql('SELECT title, project_id FROM ticket WHERE key = $1', [key]);
    expect(ticket).toEqual({ title: key, project_id: (body as { id: number }).id });
  });

  it('keeps to itself a file that the server refuses, sends the others, and ends with 1', async () => {
    const key = newKey();
    const app = new WatchedApp({ ...SHOP, 'src/bad.js': 'export default (', 'src/100%.js': text(100) });
    const ended = await app.stamp(server.base, `update ${key} --once`);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^stamp: src\/bad\.js is not JavaScript .* line 1/m);
    expect(ended.stderr).toMatch(/^stamp: The file name "src\/100%\.js" has/m);
    expect(await shown(server.base, key)).toEqual(SHOP);
  });
});

describe('what is saved', () => {
  let key: string;
  let app: WatchedApp;
  let watch: Watch;
  beforeEach(async () => {
    key = newKey();
    app = new WatchedApp({ ...SHOP, '.gitignore': 'built/\n' });
    watch = await app.watch(server.base, key);
  });

  it('is shown: added, changed, deleted, renamed; files and folders', async () => {
    app.write('src/cart.js', text('changed'));
    await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text('changed') });
    app.write('src/a/b/c/deep.js', text('deep'));
    const deep = { 'src/cart.js': text('changed'), 'src/lib/price.js': text('price') };
    await untilShown(server.base, key, { ...deep, 'src/a/b/c/deep.js': text('deep') });
    app.rename('src/a/b', 'src/x');
    await untilShown(server.base, key, { ...deep, 'src/x/c/deep.js': text('deep') });
    app.delete('src/lib');
    await untilShown(server.base, key, { 'src/cart.js': text('changed'), 'src/x/c/deep.js': text('deep') });
    expect(watch.saved).toEqual(['src/cart.js', 'src/a/b/c/deep.js', 'src/x/c/deep.js']);
    expect(await watch.interrupt()).toBe(0);
    expect(watch.of('ended')).toMatchObject([{ sent: 5, deleted: 2 }]);
  });

  it('by a rename, as editors do, is a change and no deletion', async () => {
    app.write('src/cart.js~', text('with a backup'));
    app.rename('src/cart.js~', 'src/cart.js');
    await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text('with a backup') });
    app.rename('src/cart.js', 'src/cart.js~');
    app.write('src/cart.js', text('written anew'));
    await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text('written anew') });
    expect(watch.of('saved').flatMap(({ deleted }) => deleted as string[])).toEqual([]);
  });

  it('in a burst arrives whole, in fewer uploads than there were saves', async () => {
    const wanted: Record<string, string> = { ...SHOP };
    for (let turn = 0; turn < 20; turn++) {
      for (let file = 0; file < 15; file++) {
        const name = `src/burst/${file % 3}/f${file}.js`;
        wanted[name] = text(`${turn} ${file}`);
        app.write(name, wanted[name]);
      }
      await new Promise(setImmediate);
    }
    await untilShown(server.base, key, wanted);
    expect(watch.of('saved').length).toBeLessThan(20);
  });

  it('and ignored stays here, also once git begins to ignore it', async () => {
    app.write('src/built/out.js', text('built'));
    app.write('src/notes.html', '<p>');
    app.write('src/.cart.js.swp', 'x');
    app.write('src/later.js', text('later'));
    await untilShown(server.base, key, { ...SHOP, 'src/later.js': text('later') });
    app.write('src/.gitignore', 'later.js\n');
    await untilShown(server.base, key, SHOP);
  });

  it('and refused is said, and sent when it is mended', async () => {
    app.write('src/cart.js', 'export default (');
    await watch.until('it is refused', ({ event, file }) => event === 'refused' && file === 'src/cart.js');
    expect(await shown(server.base, key)).toEqual(SHOP);
    app.write('src/cart.js', text('mended'));
    await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text('mended') });
  });

  it('with a warning: it is said once', async () => {
    app.write('src/cart.js', 'import "./nowhere.js";\n');
    await watch.until('it warns', ({ event, code }) => event === 'warning' && code === 'dangling');
    app.write('src/lib/price.js', text('another save'));
    await watch.until('it is saved', ({ event, files }) => event === 'saved' && files.includes('src/lib/price.js'));
    expect(watch.of('warning').filter(({ code }) => code === 'dangling')).toHaveLength(1);
  });

  it('carries the commit that it was saved on', async () => {
    app.git('commit', '--quiet', '--allow-empty', '--message=Next');
    app.git('switch', '--quiet', '--create', 'other');
    app.write('src/cart.js', text('other'));
    await untilShown(server.base, key, { ...SHOP, 'src/cart.js': text('other') });
    expect((await revisions(key)).at(-1)).toMatchObject({
      git_branch: 'other',
      git_commit: app.git('rev-parse', 'HEAD'),
    });
  });

  it('SIGTERM ends a watch as Ctrl-C does', async () => {
    expect(await watch.interrupt('SIGTERM')).toBe(0);
  });
});

describe('files that are named', () => {
  it('are sent once, and a watch knows', async () => {
    const key = newKey();
    const app = new WatchedApp(SHOP);
    await app.stamp(server.base, `update ${key} --once`);
    app.write('src/cart.js', text('named'));
    app.write('src/lib/price.js', text('not named'));
    const ended = await app.stamp(server.base, `${key} --update src/cart.js`);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/1 file sent from src\/cart\.js/) });
    expect(await shown(server.base, key)).toEqual({ ...SHOP, 'src/cart.js': text('named') });
    const watch = await app.watch(server.base, key);
    expect(watch.of('synced')).toMatchObject([{ files: ['src/lib/price.js'] }]);
  });

  it.each([
    ['src/index.html', 'src/index.html is not a module. Modules are .js, .mjs, .json, .css, .wasm, .map.'],
    ['src/nowhere.js', 'There is no file src/nowhere.js.'],
    ['../other.js', 'There is no file ../other.js.'],
  ])('%s is refused before anything is sent', async (file, says) => {
    const app = new WatchedApp({ ...SHOP, 'src/index.html': '<p>' });
    expect(await app.stamp(server.base, `update TKT-1 ${file}`)).toEqual({
      code: 2,
      stdout: '',
      stderr: `stamp: ${says}\n`,
    });
    await server.http.get('/api/v1/ticket/TKT-1/').expect(404);
  });
});

describe('a second start', () => {
  it('sends only the difference, with what was deleted meanwhile', async () => {
    const key = newKey();
    const app = new WatchedApp({ ...SHOP, 'src/third.js': text(3) });
    const first = await app.watch(server.base, key);
    await first.interrupt();
    app.write('src/cart.js', text('meanwhile'));
    app.delete('src/third.js');
    const second = await app.watch(server.base, key);
    expect(second.of('synced')).toMatchObject([{ files: ['src/cart.js'], deleted: ['src/third.js'] }]);
    await second.interrupt();
    const third = await app.watch(server.base, key);
    expect(third.of('synced')).toMatchObject([{ files: [], deleted: [] }]);
    expect(await shown(server.base, key)).toEqual({
      'src/cart.js': text('meanwhile'),
      'src/lib/price.js': text('price'),
    });
  });

  it('compares everything where somebody else changed the ticket', async () => {
    const key = newKey();
    const app = new WatchedApp(SHOP);
    await app.stamp(server.base, `update ${key} --once`);
    const other = new WatchedApp({ 'src/cart.js': text('somebody else') });
    await other.stamp(server.base, `update ${key} --once`);
    const again = await app.watch(server.base, key);
    // The other file is as git's ids say it is.
    expect(again.of('synced')).toMatchObject([{ files: ['src/cart.js'] }]);
    await untilShown(server.base, key, SHOP);
  });
});

describe('a ticket whose modules can not change', () => {
  it('is refused with what helps: frozen, closed, released', async () => {
    const key = newKey();
    const app = new WatchedApp(SHOP);
    const url = `/api/v1/ticket/${key}`;
    await app.stamp(server.base, `update ${key} --once`);
    const refused = async (): Promise<string> => {
      const { code, stderr } = await app.stamp(server.base, `update ${key} --once`);
      return `${code} ${stderr}`;
    };
    await server.http.post(`${url}/promote/`).expect(200);
    expect(await refused()).toBe(
      `3 stamp: ${key} is at qa, where its modules are frozen: 'stamp ${key} --revert' reverts it to dev.\n`,
    );
    await server.http.post(`${url}/promote/`).expect(200);
    expect(await refused()).toBe(`3 stamp: ${key} is released: 'stamp reopen ${key}' begins a new cycle in dev.\n`);
    await server.http.post(`${url}/close/`).expect(200);
    expect(await refused()).toBe(`3 stamp: ${key} is closed: 'stamp reopen ${key}' continues it.\n`);
  });

  it.each([
    ['promote', /is at qa, where its modules are frozen: 'stamp TKT-\d+ --revert' reverts it to dev\./],
    ['close', /is closed: 'stamp reopen TKT-\d+' continues it\./],
  ])('ends a watch when somebody else does it: %s', async (verb, says) => {
    const key = newKey();
    const watch = await new WatchedApp(SHOP).watch(server.base, key);
    await server.http.post(`/api/v1/ticket/${key}/${verb}/`).expect(200);
    expect(await watch.ended).toBe(3);
    expect(watch.stderr).toMatch(says);
  });
});
