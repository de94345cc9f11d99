// Pages as nobody would write them, and what stands between a page and the server. On each of them the badge is there exactly
// where the page's modules are the ticket's, and else a red line says why: never the one over the other.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ANY_BROWSER, type AnyBrowser, launchAny } from './any-browser.js';
import type { AnyTab } from './any-tab.js';
import { APP, html, type OddPage, OddPages } from './odd-pages.js';
import { World } from './world.js';

const BADGE = '#stamp-badge';
const LINE = '#stamp-warning';
/** What the page's modules are: `€9.80`, and the ticket's name behind it where they are the ticket's. */
const PRICE = "import('price').then(({ price }) => price(980), () => 'none')";

const PRODUCTION = 'This page shows production.';
const lineText = `document.querySelector('${LINE}').textContent`;

interface Odd {
  /** Made of the snippet's two elements. */
  readonly page: (script: string, fallback: string) => OddPage;
  /** Behind the page's address; `?dev=<ticket>` where nothing is said. */
  readonly to?: (ticket: string) => string;
  /** What the red line says; `badge` where there is none; `either` where browsers differ. */
  readonly tells: RegExp | 'badge' | 'either';
  /** A visit of its own before. */
  readonly before?: string;
}

const snippet = (script: string, fallback: string): OddPage => ({ body: html(script + fallback) });
const behind = (head: string) => (script: string, fallback: string) => ({ body: html(head + script + fallback) });
const inScript = (text: string): string => JSON.stringify(text).replaceAll('</', '<\\/');

const ODD: Readonly<Record<string, Odd>> = {
  'nothing odd': { page: snippet, tells: 'badge' },
  'written by document.write': {
    page: (script, fallback) => ({ body: html(`<script>document.write(${inScript(script + fallback)})</script>`) }),
    tells: 'badge',
  },
  'a base that is elsewhere': { page: behind('<base href="https://elsewhere.example/x/">'), tells: 'badge' },
  'a base behind it': {
    page: (script, fallback) => ({ body: html(`${script}${fallback}<base href="https://elsewhere.example/">`) }),
    tells: 'badge',
  },
  XHTML: {
    page: (script, fallback) => ({
      headers: { 'content-type': 'application/xhtml+xml' },
      body: `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Odd</title>${script}${fallback.replace('data-stamp-fallback', 'data-stamp-fallback=""')}</head><body>${APP}</body></html>`,
    }),
    tells: 'either',
  },
  'a query in the hash, as hash routers have it': {
    page: snippet,
    to: (ticket) => `#/cart?sort=up&dev=${ticket}`,
    tells: 'badge',
  },
  'the stage in capitals': { page: snippet, to: (ticket) => `?DEV=${ticket}`, tells: 'badge' },
  'two tickets at one stage, spelled differently': {
    page: snippet,
    to: (ticket) => `?dev=TKT-999&Dev=${ticket}`,
    tells: 'badge',
  },
  'blanks and a ticket twice': { page: snippet, to: (ticket) => `?dev=%20${ticket},${ticket}%20,`, tells: 'badge' },
  'a sandbox': {
    page: (script, fallback) => ({
      headers: { 'content-security-policy': 'sandbox allow-scripts' },
      body: html(script + fallback),
    }),
    tells: /not previewed on pages without an origin/,
  },
  'another map, spelled oddly': {
    page: behind('<script type=" ImportMap ">{"imports":{}}</script>'),
    tells: /another import map/,
  },
  'a module script, spelled oddly': {
    page: behind('<script type="Module ">export {}</script>'),
    tells: /module script/,
  },
  'another map that is gone again': {
    page: behind(
      `<script type="importmap">{"imports":{"price":"data:text/javascript,export const price = () => 'other'"}}</script><script>document.querySelector('script').remove()</script>`,
    ),
    tells: /import map/,
  },
  'an import that began before': {
    page: behind(`<script>import('data:text/javascript,').catch(() => {})</script>`),
    tells: 'either',
  },
  'an import of the key itself that began before': {
    page: behind(`<script>import('price').catch(() => {})</script>`),
    tells: 'either',
  },
  'a modulepreload before it': { page: behind('<link rel="modulepreload" href="/early.js">'), tells: 'either' },
  'a modulepreload in a Link header': {
    page: (script, fallback) => ({
      headers: { link: '</early.js>; rel=modulepreload' },
      body: html(script + fallback),
    }),
    tells: 'either',
  },
  'injected in order, by a tag manager': {
    page: (script, fallback) => ({
      body: html(
        `<script>document.head.append(Object.assign(document.createElement('script'), { src: ${JSON.stringify(/src="([^"]+)"/.exec(script)?.[1])}, async: false }))</script>${fallback}`,
      ),
    }),
    tells: 'either',
  },
  'import-map-overrides before it': { page: behind(`<script src="/overrides.js"></script>`), tells: 'either' },
  'import-map-overrides before it, and a map that it may override': {
    page: (script, fallback) => ({
      body: html(
        `<script src="/overrides.js"></script>${script.replace('<script ', '<script data-type="overridable-importmap" ')}${fallback.replace('type="importmap"', 'type="overridable-importmap"')}`,
      ),
    }),
    tells: 'either',
  },
  'a service worker that leaves the query out': {
    page: snippet,
    before: `<!doctype html><script>navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready).then(() => (document.body.dataset.ready = ''))</script><body></body>`,
    tells: 'either',
  },
};

const OVERRIDES = fs.readFileSync(
  new URL('../../node_modules/import-map-overrides/dist/import-map-overrides.js', import.meta.url),
  'utf8',
);

const WORKER = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.pathname !== '/import-map.json') return;
  url.search = '';
  event.respondWith(fetch(url.href));
});`;

describe.each(ANY_BROWSER)('%s', (name) => {
  let world: World;
  let pages: OddPages;
  let browser: AnyBrowser;
  let ticket: string;
  let elements: readonly [script: string, fallback: string];
  const tab = (): Promise<AnyTab> => browser.newTab();

  beforeAll(async () => {
    world = await World.start();
    pages = await OddPages.start();
    const js = { 'content-type': 'text/javascript' };
    pages.put('/early.js', { headers: js, body: 'export {};' });
    pages.put('/worker.js', { headers: js, body: WORKER });
    pages.put('/overrides.js', { headers: js, body: OVERRIDES });
    browser = await launchAny(name);
    ticket = await world.pricedTicket();
    const text = await (await fetch(`${world.front.origin}/snippet.html`)).text();
    const [script = '', fallback = ''] = text.split(/(?<=<\/script>\n)/);
    elements = [script.trim(), fallback.trim()];
  });
  afterEach(() => void (world.front.leavesQueryOut = false));
  afterAll(async () => {
    await browser?.close();
    pages?.stop();
    await world?.stop();
  });

  /** What the page says, which has to be so. */
  async function told(shop: AnyTab): Promise<string> {
    await shop.until(`document.querySelector('${BADGE}, ${LINE}') !== null`);
    const price = String(await shop.run(PRICE));
    // What was said first may have been taken back meanwhile.
    const [badge, line] = [await shop.text(BADGE), await shop.text(LINE)];
    expect([badge !== null, line !== null]).toEqual([price.endsWith(ticket), !price.endsWith(ticket)]);
    if (badge !== null) expect(badge).toContain(`${ticket} · dev`);
    return line ?? 'badge';
  }

  it.each(Object.entries(ODD))('tells what is so: %s', async (what, { page, to, tells, before }) => {
    const at = `/${what.replaceAll(/\W+/g, '-')}`;
    const shop = await tab();
    if (before !== undefined) await shop.open(pages.put(`${at}-before`, { body: before }));
    await shop.visit(pages.put(at, page(...elements)) + (to ?? ((key: string) => `?dev=${key}`))(ticket));
    const line = await told(shop);
    if (tells === 'badge') expect(line).toBe('badge');
    else if (tells !== 'either') expect(line).toMatch(tells);
  });

  // Of a ticket that isn't there; `tells` is about one that is.
  it.each(Object.entries(ODD))('says that the page shows production where it does: %s', async (what, odd) => {
    const at = `/unknown-${what.replaceAll(/\W+/g, '-')}`;
    const shop = await tab();
    if (odd.before !== undefined) await shop.open(pages.put(`${at}-before`, { body: odd.before }));
    await shop.visit(`${pages.put(at, odd.page(...elements))}?dev=TKT-999`);
    await shop.until(`document.querySelector('${LINE}') !== null`);
    // What it says of the page comes once the browser has been asked.
    if (what === 'nothing odd') await shop.until(`${lineText}.includes('${PRODUCTION}')`);
    const price = String(await shop.run(PRICE));
    const line = String(await shop.text(LINE));
    expect(await shop.text(BADGE)).toBeNull();
    if (line.includes(PRODUCTION)) expect(price).toBe('€9.80');
    if (line.includes("doesn't show production")) expect(price).not.toBe('€9.80');
  });

  it('says where the browser takes no map any more, after a modulepreload in a Link header', async () => {
    const link = { link: '</early.js>; rel=modulepreload' };
    const url = pages.put('/linked', { headers: link, body: html(elements.join('')) });
    const shop = await tab();
    await shop.visit(`${url}?dev=${ticket}`);
    const line = await told(shop);
    // Chromium and WebKit take maps all the same.
    if (name !== 'firefox') expect(line).toBe('badge');
    else expect(line).toMatch(/ignores the import map here\. A modulepreload .* came before it/);
  });

  it('says where what stands before the server leaves the query out', async () => {
    world.front.leavesQueryOut = true;
    const shop = await tab();
    await shop.visit(`${pages.put('/query', snippet(...elements))}?dev=${ticket}`);
    expect(await told(shop)).toMatch(/a service worker, a proxy or a CDN answered with another map/);
  });

  it('says that a page from a file has no origin', async () => {
    const file = path.join(world.server.dataFolder, 'page.html');
    fs.writeFileSync(file, html(elements.join('')));
    const shop = await tab();
    await shop.visit(`${pathToFileURL(file).href}?dev=${ticket}`);
    expect(await told(shop)).toMatch(/not previewed on pages without an origin/);
  });

  it('leaves a ticket that the hash names', async () => {
    const shop = await tab();
    await shop.visit(`${pages.put('/leave', snippet(...elements))}?x=1#/cart?dev=${ticket}&sort=up`);
    expect(await told(shop)).toBe('badge');
    expect(await shop.run(`document.querySelector('${BADGE} a').href`)).toMatch(/\/leave\?x=1&prod=#\/cart\?sort=up$/);
  });

  it("takes a hash of the application's own for what it is", async () => {
    const shop = await tab();
    await shop.open(`${pages.put('/own-hash', snippet(...elements))}#/list?dev=true&qa=TKT`);
    expect([await shop.text(BADGE), await shop.text(LINE)]).toEqual([null, null]);
  });
});
