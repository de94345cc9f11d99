// Links to a ticket on a server that asks for tokens: without its preview key the page runs production and says so; with it the
// ticket, on the pages that it goes to as well, and the key is nowhere to be seen.
import type { Browser } from 'puppeteer-core';
import { bearer, type GuardedServer, startGuarded } from '../access/world.js';
import { startShop } from '../../examples/shop/serve.mjs';
import { sourceOf } from '../../examples/shop/stampline.mjs';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';
import { Front } from './front.js';

const LINE = '#stamp-warning';
const BADGE = '#stamp-badge';

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let server: GuardedServer;
  let front: Front;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let browser: Browser;
  let token: string;
  let [key, secret] = ['', ''];
  const tab = async (): Promise<Tab> => aTab(await aPerson(browser));

  beforeAll(async () => {
    server = await startGuarded();
    front = await new Front(server.base).start();
    ({ token } = await server.token(['read', 'ticket:write', 'map:dev']));
    const made = await server.http
      .post('/api/v1/ticket/')
      .set(...bearer(token))
      .send({ owner: 'a@example.com', title: 'Secret' });
    ({ key } = made.body as { key: string });
    const form = new FormData();
    form.set('specifier', 'price');
    form.set('price.js', new Blob([await sourceOf('price')], { type: 'text/javascript' }), 'price.js');
    const headers = Object.fromEntries([bearer(token)]);
    await fetch(`${server.base}/api/v1/ticket/${key}/modules/`, { method: 'POST', body: form, headers });
    const links = await server.http
      .get(`/api/v1/ticket/${key}/preview/`)
      .set(...bearer(token))
      .expect(200);
    secret = (links.body as { preview_key: string }).preview_key;
    shop = await startShop({ port: 0, stampline: front.origin });
    browser = await launch(name);
  });
  afterAll(async () => {
    await browser?.close();
    shop?.server.closeAllConnections();
    shop?.server.close();
    front?.stop();
    await server?.stop();
  });

  it('without its key, or with an old one, runs production under a red line that says who has the link', async () => {
    const page = await tab();
    await page.visit(`${shop.url}/?dev=${key}`);
    expect(await page.text(LINE)).toContain(
      `${key} isn't shown: this link lacks its key. Ask a person who may read the ticket for one: stamp preview ${key}`,
    );
    expect(await page.text(BADGE)).toBeNull();
    await page.visit(`${shop.url}/?dev=${key}~${'x'.repeat(16)}`);
    expect(await page.text(LINE)).toContain('this link has a key that is not valid.');
    await page.picture(`${name}-locked`);
  });

  it('with its key runs the ticket, and goes on where the link is lost; the key is in no request and on no page', async () => {
    const page = await tab();
    const since = front.passed.length;
    await page.visit(`${shop.url}/?dev=${key}~${secret}`);
    expect(await page.badge()).toContain(`${key} · dev`);
    expect(await page.run('document.documentElement.innerText + JSON.stringify(window.stamp)')).not.toContain(secret);
    await page.visit(`${shop.url}/`);
    expect(await page.badge()).toContain(`${key} · dev`);
    await page.visit(`${shop.url}/?dev=${key}`);
    expect(await page.badge()).toContain(`${key} · dev`);
    expect(await page.text(LINE)).toBeNull();
    const asked = front.passed.slice(since).map(({ path }) => path);
    expect(asked).toContain(`/import-map.json?dev=${key}`);
    expect(asked.filter((path) => path.includes(secret))).toEqual([]);
    await page.visit(`${shop.url}/?prod`);
    await page.visit(`${shop.url}/?dev=${key}`);
    expect(await page.text(LINE)).toContain('lacks its key');
  });
});
