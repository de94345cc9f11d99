// The server goes away while somebody works: a watch says so, keeps what is saved, and sends the difference when it is back.
import { databaseUrl } from '../../scripts/database-url.mjs';
import { createTestDatabase } from '../setup/test-server.js';
import { endAll, newFolder, PROCESS_MS, type ServerProcess, startServer } from '../process/server-process.js';
import { endApps, shown, untilShown, WatchedApp, moduleText as text } from './watched-app.js';

afterEach(endApps);
afterAll(endAll);

/** A server on a database and a folder that outlive it. */
async function aServer(): Promise<(port?: number) => Promise<ServerProcess>> {
  const url = databaseUrl(await createTestDatabase());
  const folder = newFolder();
  return async (port = 0) => {
    const server = startServer({ DATABASE_URL: url, STAMPLINE_DATA: folder }, port);
    await server.ready;
    return server;
  };
}

it.each<NodeJS.Signals>(['SIGTERM', 'SIGKILL'])(
  'ended by %s and started again: only what was saved meanwhile is sent',
  async (signal) => {
    const start = await aServer();
    const first = await start();
    const app = new WatchedApp({ 'src/a.js': text('a'), 'src/b.js': text('b'), 'src/c.js': text('c') });
    const watch = await app.watch(first.base, 'TKT-1');
    first.kill(signal);
    await first.ended;
    await watch.until('it says that the server is away', ({ event }) => event === 'away');
    app.write('src/a.js', text('saved while it was away'));
    app.write('src/a.js', text('and saved again'));
    app.delete('src/b.js');
    app.write('src/d.js', text('d'));
    const second = await start(first.port);
    await watch.until('it says that the server is back', ({ event }) => event === 'back');
    const wanted = { 'src/a.js': text('and saved again'), 'src/c.js': text('c'), 'src/d.js': text('d') };
    await untilShown(second.base, 'TKT-1', wanted);
    expect([...new Set(watch.saved)].sort()).toEqual(['src/a.js', 'src/d.js']);
    expect(await watch.interrupt()).toBe(0);
    expect([watch.of('away').length, watch.of('back').length]).toEqual([1, 1]);
    second.kill('SIGTERM');
  },
  PROCESS_MS,
);

it(
  'a watch that is ended meanwhile loses nothing: the next one sends it',
  async () => {
    const start = await aServer();
    const first = await start();
    const app = new WatchedApp({ 'src/a.js': text('a'), 'src/b.js': text('b') });
    const watch = await app.watch(first.base, 'TKT-1');
    first.kill('SIGKILL');
    await watch.until('it says that the server is away', ({ event }) => event === 'away');
    app.write('src/a.js', text('unsent'));
    expect(await watch.interrupt()).toBe(0);
    const second = await start(first.port);
    const again = await app.watch(second.base, 'TKT-1');
    expect(again.of('synced')).toMatchObject([{ files: ['src/a.js'] }]);
    expect(await shown(second.base, 'TKT-1')).toEqual({ 'src/a.js': text('unsent'), 'src/b.js': text('b') });
  },
  PROCESS_MS,
);

it('a server that was never there: one line, and 1', async () => {
  const app = new WatchedApp({ 'src/a.js': text('a') });
  const { code, stderr } = await app.stamp('http://127.0.0.1:9', 'TKT-1 --update');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^stamp: .*does not answer.*\n$/)]);
});
