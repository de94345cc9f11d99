// What stamp.js affirms of tickets that change no key of all pages, and of tickets that are in production: a badge is there only
// where the browser goes by the map that it names.
import { ANY_BROWSER, type AnyBrowser, launchAny } from './any-browser.js';
import type { AnyTab } from './any-tab.js';
import { html, type OddPage, OddPages } from './odd-pages.js';
import { World } from './world.js';

const BADGE = '#stamp-badge';
const LINE = '#stamp-warning';
const JS = { 'content-type': 'text/javascript' };

type Page = (script: string, fallback: string) => OddPage;

const goneMap = (map: object): string =>
  `<script type="importmap">${JSON.stringify(map)}</script><script>document.querySelector('script').remove()</script>`;

const PAGES: Readonly<Record<string, Page>> = {
  'nothing odd': (script, fallback) => ({ body: html(script + fallback) }),
  'another map that is gone again': (script, fallback) => ({
    body: html(goneMap({ imports: { 'extras/': '/others/' } }) + script + fallback),
  }),
  'another map of the same scope that is gone again': (script, fallback) => ({
    body: html(goneMap({ scopes: { '/inscope/': { other: '/priced.js' } } }) + script + fallback),
  }),
  'a modulepreload in a Link header': (script, fallback) => ({
    headers: { link: '</early.js>; rel=modulepreload' },
    body: html(script + fallback),
  }),
  'an import that began before': (script, fallback) => ({
    body: html(`<script>import('/early.js')</script>${script}${fallback}`),
  }),
};

/** What such a ticket sets, and how a page comes to see it. */
const KINDS = {
  'a folder': { specifier: 'extras/', leads: '/folder/', scope: undefined, see: `import('extras/price.js')` },
  'a key of a scope': { specifier: 'price', leads: '/priced.js', scope: '/inscope/', see: `import('/inscope/see.js')` },
} as const;

describe.each(ANY_BROWSER)('%s', (name) => {
  let world: World;
  let pages: OddPages;
  let origin: string;
  let browser: AnyBrowser;
  let elements: readonly [script: string, fallback: string];

  beforeAll(async () => {
    world = await World.start();
    pages = await OddPages.start();
    origin = new URL(pages.put('/early.js', { headers: JS, body: 'export {};' })).origin;
    const priced = (mark: string): OddPage => ({ headers: JS, body: `export const seen = async () => '${mark}';` });
    for (const path of ['/priced.js', '/folder/price.js']) pages.put(path, priced('ticket'));
    pages.put('/others/price.js', priced('other'));
    const see = `export const seen = () => import('price').then(({ seen }) => seen?.() ?? 'production');`;
    pages.put('/inscope/see.js', { headers: JS, body: see });
    browser = await launchAny(name);
    const text = await (await fetch(`${world.front.origin}/snippet.html`)).text();
    const [script = '', fallback = ''] = text.split(/(?<=<\/script>\n)/);
    elements = [script.trim(), fallback.trim()];
  });
  afterAll(async () => {
    await browser?.close();
    pages?.stop();
    await world?.stop();
  });

  async function ticketOf({ specifier, leads, scope }: (typeof KINDS)[keyof typeof KINDS]): Promise<string> {
    const ticket: string = await world.stampline.ticket('Of no key of all pages');
    await world.stampline.call('POST', `/api/v1/ticket/${ticket}/modules/`, {
      specifier,
      url: origin + leads,
      ...(scope === undefined ? {} : { scope: origin + scope }),
    });
    return ticket;
  }

  const said = async (shop: AnyTab): Promise<{ badge: string | null; line: string | null }> => {
    await shop.until(`document.querySelector('${BADGE}, ${LINE}') !== null`);
    return { badge: await shop.text(BADGE), line: await shop.text(LINE) };
  };

  describe.each(Object.entries(KINDS))('a ticket of %s alone', (what, kind) => {
    it.each(Object.entries(PAGES))('has the badge where it is shown: %s', async (how, page) => {
      const ticket = await ticketOf(kind);
      const shop = await browser.newTab();
      await shop.visit(`${pages.put(`/${`${what} ${how}`.replaceAll(/\W+/g, '-')}`, page(...elements))}?dev=${ticket}`);
      await said(shop);
      const seen = await shop.run(`${kind.see}.then(({ seen }) => seen()).catch(() => 'none')`);
      const { badge, line } = await said(shop);
      expect([badge !== null, line !== null]).toEqual([seen === 'ticket', seen !== 'ticket']);
    });
  });

  it('goes by what the page itself sees, where a scope of production is about it', async () => {
    const [scoped, ticket] = [await ticketOf({ ...KINDS['a key of a scope'] }), await world.pricedTicket()];
    await world.toProduction(scoped);
    const url = pages.put('/inscope/page.html', PAGES['nothing odd']!(...elements));
    const shop = await browser.newTab();
    await shop.visit(`${url}?dev=${ticket}`);
    expect(await said(shop)).toEqual({ badge: expect.stringContaining(`${ticket} · dev`), line: null });
  });

  it('shows production as it is now of a ticket that is in it, whatever stamp.js a cache has kept', async () => {
    const ticket = await world.pricedTicket();
    const kept = await (await fetch(`${world.front.origin}/stamp.js`)).text();
    await world.toProduction(ticket);
    world.front.own.set('/stamp.js', kept);
    const shop = await browser.newTab();
    await shop.visit(`${pages.put('/released', PAGES['nothing odd']!(...elements))}?dev=${ticket}`);
    const { badge, line } = await said(shop);
    expect([badge, line]).toEqual([expect.stringContaining('in production, as all users see it'), null]);
    expect(await shop.run(`import('price').then(({ price }) => price(980))`)).toBe(`€9.80 ${ticket}`);

    const linked = PAGES['a modulepreload in a Link header'] as Page;
    await shop.visit(`${pages.put('/released-linked', linked(...elements))}?dev=${ticket}`);
    await said(shop);
    const price = await shop.run(`import('price').then(({ price }) => price(980), () => 'none')`);
    expect((await shop.text(BADGE)) !== null).toBe(price === `€9.80 ${ticket}`);
    world.front.own.delete('/stamp.js');
  });
});
