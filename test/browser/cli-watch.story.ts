// What a developer sees: a folder is watched, a file saved in the editor, and the open tab shows it; production doesn't.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'puppeteer-core';
import { endApps, WatchedApp } from '../cli/watched-app.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';

const GREETING = 'export const greeting = "Hello";\n';
const APP = `import { greeting } from './lib/greeting.js';
document.querySelector('h1').textContent = greeting;
document.body.dataset.ready = '';
`;

/** One page on an origin of its own, with what /snippet.html says in its head; its tabs reload by themselves. */
async function startPage(stampline: string): Promise<http.Server> {
  const server = http.createServer((_request, reply) => {
    void fetch(`${stampline}/snippet.html`)
      .then((answer) => answer.text())
      .then((snippet) => {
        const head = snippet.replace('<script ', '<script data-reload ');
        const body = '<h1></h1><script type="module">import "@default/src/app.js"</script>';
        reply.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><head>${head}</head><body>${body}`);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let server: TestServer;
  let page: http.Server;
  let url: string;
  let browser: Browser;
  const tab = async (at: string): Promise<Tab> => {
    const opened = await aTab(await aPerson(browser));
    await opened.open(url + at);
    return opened;
  };
  const shows = (one: Tab, text: string): Promise<void> =>
    one.until(`document.querySelector('h1')?.textContent === ${JSON.stringify(text)}`);

  beforeAll(async () => {
    server = await startTestServer();
    page = await startPage(server.base);
    url = `http://localhost:${(page.address() as AddressInfo).port}/`;
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    await endApps();
    page?.closeAllConnections();
    page?.close();
    await server?.stop();
  });

  it('an open tab shows what is saved, renamed and deleted; production stays as it is', async () => {
    const app = new WatchedApp({ 'src/app.js': APP, 'src/lib/greeting.js': GREETING });
    await app.stamp(server.base, 'update TKT-1 --once');
    for (const _stage of ['qa', 'prod']) await server.http.post('/api/v1/ticket/TKT-1/promote/').expect(200);
    const watch = await app.watch(server.base, 'TKT-2');
    // A tab that nobody sees asks for nothing.
    const [production, mine] = [await tab(''), await tab('?dev=TKT-2')];
    await mine.page.bringToFront();
    expect([await mine.text('h1'), await production.text('h1')]).toEqual(['Hello', 'Hello']);
    expect(await mine.badge()).toContain('TKT-2');

    app.write('src/lib/greeting.js', 'export const greeting = "Good morning";\n');
    await shows(mine, 'Good morning');
    expect(await production.text('h1')).toBe('Hello');

    app.rename('src/lib/greeting.js', 'src/lib/words.js');
    app.write('src/app.js', APP.replace('greeting.js', 'words.js').replace('= greeting', "= greeting + '!'"));
    await shows(mine, 'Good morning!');

    app.write('src/lib/greeting.js', GREETING);
    app.write('src/app.js', APP);
    app.delete('src/lib/words.js');
    await shows(mine, 'Hello');

    await production.open(url);
    expect(await production.text('h1')).toBe('Hello');
    // The other tab may have reloaded between two saves that belong together.
    expect(production.errors).toEqual([]);
    expect(await watch.interrupt()).toBe(0);
  });
});
