// The pages of Stampline run their own scripts and no other: modules are uploaded by anybody who may, and are served from the
// same origin.
import type { Browser } from 'puppeteer-core';
import { upload } from '../builders/modules.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';

/** Before anything of the page runs. */
const WATCH = `window.refused = []; addEventListener('securitypolicyviolation', (one) =>
  refused.push(one.effectiveDirective + ' ' + one.blockedURI));`;

/** Pages, and what is true on them when their scripts ran. */
const PAGES: readonly (readonly [string, string])[] = [
  ['/', "document.querySelectorAll('#rail li').length > 0"],
  ['/stream', "document.querySelector('#state')?.dataset.state === 'live'"],
  ['/docs', "document.querySelectorAll('.swagger-ui .opblock-tag').length > 5"],
];

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let server: TestServer;
  let browser: Browser;
  let evil: string;
  beforeAll(async () => {
    server = await startTestServer();
    const ticket = await server.http.post('/api/v1/ticket/').send({ title: 'evil' }).expect(201);
    const { body } = await upload(
      server,
      ticket.body.id,
      { specifier: 'evil' },
      { 'evil.js': 'globalThis.ran = true;' },
    );
    evil = new URL(body.modules[0].url).pathname;
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const refused = (tab: Tab): Promise<unknown> => tab.run('window.refused.join()');

  it.each(PAGES)('%s works without a refusal, and an uploaded module does not run there', async (path, works) => {
    const tab = await aTab(await aPerson(browser));
    await tab.page.evaluateOnNewDocument(WATCH);
    await tab.visit(server.base + path);
    await tab.until(works);
    expect(await refused(tab)).toBe('');
    expect(tab.errors).toEqual([]);
    // As an injection would: an element of each kind, an attribute, and an import of a script that runs.
    for (const type of ['', 'module']) {
      await tab.run(`void document.head.append(Object.assign(document.createElement('script'),
        { src: ${JSON.stringify(evil)}, type: ${JSON.stringify(type)}, onerror: () => (window.failed = (window.failed ?? 0) + 1) }))`);
    }
    await tab.run(
      `void (document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = true">'))`,
    );
    await tab.until('window.failed === 2');
    await tab.until("window.refused.some((one) => one.startsWith('script-src-attr'))");
    expect(await tab.run('typeof window.ran')).toBe('undefined');
    expect(await refused(tab)).toContain(evil);
    await tab.page.close();
  });
});
