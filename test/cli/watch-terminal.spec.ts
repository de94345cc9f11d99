// `stamp TKT-1 --update` as somebody sees it who types it: what it asks, how far it is, and a line for each save.
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { STAMP, stampEnvironment } from './stamp.js';
import { Terminal } from './terminal.js';
import { endApps, WatchedApp } from './watched-app.js';

let server: TestServer;
const terminals: Terminal[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.kill();
  await endApps();
});
afterAll(() => server.stop());

const CTRL_C = '\u0003';

function type(app: WatchedApp, line: string, env: Record<string, string> = {}): Terminal {
  const all = { ...stampEnvironment(server.base, app.folder), ...app.env, ...env };
  const terminal = Terminal.run([process.execPath, STAMP, ...line.split(' ')], { cwd: app.folder, env: all });
  terminals.push(terminal);
  return terminal;
}

const titleOf = async (key: string): Promise<unknown> => {
  const { body } = await server.http.get(`/api/v1/ticket/${key}/`).expect(200);
  return (body as { title: string }).title;
};

it('asks for the title of a new ticket, shows a save as a line, and ends with what was sent', async () => {
  const app = new WatchedApp({ 'src/cart.js': 'export default 1;\n', 'src/a.css': 'a {}', 'src/index.html': '<p>' });
  const terminal = type(app, 'TKT-001 --update');
  await terminal.until('TKT-001 is new. What is it about? [free-shipping] ');
  terminal.type('Free shipping from 30 €\n');
  await terminal.until('Watching src. Ctrl-C ends it.');
  expect(await titleOf('TKT-001')).toBe('Free shipping from 30 €');
  app.write('src/cart.js', 'export default 2;\n');
  await terminal.until(/^\d\d:\d\d:\d\d {2}src\/cart\.js {2}\d+ ms$/m);
  app.delete('src/cart.js');
  await terminal.until(/^\d\d:\d\d:\d\d {2}src\/cart\.js deleted {2}\d+ ms$/m);
  terminal.type(CTRL_C);
  expect(await terminal.ended).toBe(0);
  const lines = terminal.seen.split('\n').filter(Boolean);
  expect(lines.slice(1, 3)).toEqual([
    'TKT-001 Free shipping from 30 € · new, in dev',
    expect.stringMatching(/TKT-001: 2 files sent from src \(.* m?s\)$/),
  ]);
  expect(terminal.seen).toContain(`\n${server.base}/import-map.json?dev=TKT-001\n`);
  expect(terminal.seen).toContain('\nOpen your page with ?dev=TKT-001');
  expect(terminal.seen).toContain('1 .html.');
  expect(lines.at(-1)).toBe('TKT-001: 3 files sent in 3 uploads, 1 deleted. To QA: stamp TKT-001 --promote');
});

it('Enter takes the title that is offered; --yes and --title are not asked', async () => {
  const app = new WatchedApp({ 'src/cart.js': 'export default 1;\n' });
  const asked = type(app, 'TKT-11 --update --once');
  await asked.until('[free-shipping] ');
  asked.type('\n');
  expect([await asked.ended, await titleOf('TKT-11')]).toEqual([0, 'free-shipping']);
  const silent = type(app, 'update TKT-12 --once --yes');
  expect([await silent.ended, await titleOf('TKT-12')]).toEqual([0, 'free-shipping']);
  const named = type(app, 'update TKT-13 --once --title Shipping');
  expect([await named.ended, await titleOf('TKT-13')]).toEqual([0, 'Shipping']);
});

it('Ctrl-C at the question makes no ticket, and ends with 130', async () => {
  const terminal = type(new WatchedApp({ 'src/cart.js': 'export default 1;\n' }), 'TKT-21 --update');
  await terminal.until('[free-shipping] ');
  terminal.type(CTRL_C);
  expect(await terminal.ended).toBe(130);
  await server.http.get('/api/v1/ticket/TKT-21/').expect(404);
});

it('shows how far the first look is, and colours nothing with NO_COLOR', async () => {
  const files = Array.from({ length: 1200 }, (_, n) => [`src/f${n}.js`, `export default ${n};\n`] as const);
  const app = new WatchedApp(Object.fromEntries(files));
  const terminal = type(app, 'TKT-31 --update --once --yes', { NO_COLOR: '1' });
  expect(await terminal.ended).toBe(0);
  expect(terminal.seen).toMatch(/Sending █+░+ \d+\/1200/);
  expect(terminal.seen).toMatch(/TKT-31: 1200 files sent from src/);
  // eslint-disable-next-line no-control-regex
  expect(terminal.raw).not.toMatch(/\u001b\[\d+m/);
});
