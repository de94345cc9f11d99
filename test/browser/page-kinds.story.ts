// Pages of all kinds: where the ticket's map counts there is a badge, and where it doesn't a red line says why. Neither is ever
// said of a page on which it isn't so.
import { setTimeout as wait } from 'node:timers/promises';
import { contentSecurityPolicy } from '../../examples/shop/serve.mjs';
import { ANY_BROWSER, type AnyBrowser, launchAny } from './any-browser.js';
import type { AnyTab } from './any-tab.js';
import { aPerson, aTab, launch } from './browsers.js';
import { type Pages, World } from './world.js';

const ANY_PRICE = '#tea-sencha .buy b';
const BADGE = '#stamp-badge';
const LINE = '#stamp-warning';
const EMPTY_MAP = '<script type="importmap">{"imports":{}}</script>';

/** The head of a page, made from the snippet's two elements: what loads stamp.js, and the fallback. */
type Head = (script: string, fallback: string) => string;

const SHOWN: Record<string, Head> = {
  'as the snippet is': (script, fallback) => script + fallback,
  'an element with the id stamp': (script, fallback) => `<meta id="stamp" name="stamp">${script}${fallback}`,
  'a global that is called stamp': (script, fallback) => `<script>var stamp = 'mine'</script>${script}${fallback}`,
  'an element called currentScript': (script, fallback) =>
    `<meta name="currentScript" id="stamp-map">${script}${fallback}`,
  'a modulepreload behind it': (script, fallback) =>
    `${script}${fallback}<link rel="modulepreload" href="data:text/javascript,">`,
  'stamp.js twice': (script, fallback) => script + fallback + script,
};

const NOT_SHOWN: Record<string, readonly [Head, RegExp]> = {
  'another map before it': [(script, fallback) => EMPTY_MAP + script + fallback, /another import map/],
  'the fallback before it': [(script, fallback) => fallback + script, /swap the two/],
  'a module script before it': [
    (script, fallback) => `<script type="module">export {}</script>${script}${fallback}`,
    /module script/,
  ],
  async: [(script, fallback) => script.replace('<script ', '<script async ') + fallback, /async/],
  defer: [(script, fallback) => script.replace('<script ', '<script defer ') + fallback, /defer/],
  'type=module': [
    (script, fallback) => script.replace('<script ', '<script type="module" ') + fallback,
    /type="module"/,
  ],
  'injected by another script': [
    (script, fallback) => {
      const url = /src="([^"]+)"/.exec(script)?.[1];
      return `<script>document.head.append(Object.assign(document.createElement('script'), { src: '${url}', nonce: document.currentScript.nonce }))</script>${fallback}`;
    },
    /async/,
  ],
};

describe.each(ANY_BROWSER)('%s', (name) => {
  let world: World;
  let pages: Pages;
  let browser: AnyBrowser;
  let ticket: string;
  const tab = (): Promise<AnyTab> => browser.newTab();
  const withHead = (head: Head, policy?: (nonce: string) => string): Promise<Pages> =>
    world.pages((snippet) => {
      const [script = '', ...fallback] = snippet.split(/(?<=<\/script>\n)/);
      return head(script, fallback.join(''));
    }, policy);
  const showsBadge = (shop: AnyTab): Promise<void> => shop.until(`document.querySelector('${BADGE}') !== null`);

  beforeAll(async () => {
    world = await World.start();
    pages = await world.pages();
    browser = await launchAny(name);
    ticket = await world.pricedTicket();
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it.each(Object.entries(SHOWN))('has the badge: %s', async (_kind, head) => {
    const { url } = await withHead(head);
    const shop = await tab();
    await shop.open(`${url}/?dev=${ticket}`);
    await showsBadge(shop);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.badge()).toContain(`${ticket} · dev`);
    expect(await shop.text(LINE)).toBeNull();
    expect(await shop.run('document.querySelectorAll("#stamp-badge").length')).toBe(1);
  });

  it.each(Object.entries(NOT_SHOWN))('has the red line: %s', async (_kind, [head, why]) => {
    const { url } = await withHead(head);
    const shop = await tab();
    await shop.visit(`${url}/?dev=${ticket}`);
    await shop.until(`document.querySelector('${LINE}') !== null`);
    expect(await shop.text(LINE)).toMatch(why);
    expect(await shop.text(LINE)).toContain(`${ticket} isn't shown`);
    expect(await shop.text(BADGE)).toBeNull();
    expect(await shop.run('window.stamp.shown')).toBe(false);
  });

  it('never says that a ticket is shown where the browser went by another map', async () => {
    const { url } = await withHead(
      (script, fallback) => `<link rel="modulepreload" href="data:text/javascript,">${script}${fallback}`,
      () => "script-src 'unsafe-inline' data: http:",
    );
    const shop = await tab();
    await shop.visit(`${url}/?dev=${ticket}`);
    await shop.until(`document.querySelector('${BADGE}') !== null || document.querySelector('${LINE}') !== null`);
    const leads = await shop.run(
      'import("price").then(() => performance.getEntriesByType("resource").map((one) => one.name).join(), String)',
    );
    const { imports } = await world.stampline.map(`?dev=${ticket}`);
    expect((await shop.text(BADGE)) !== null).toBe(String(leads).includes(imports.price));
  });

  it('works where scripts must be trusted, with the policy that the docs name', async () => {
    const { origin } = world.front;
    const trusting = (policies: string) => (nonce: string) =>
      `${contentSecurityPolicy(nonce, origin)}; require-trusted-types-for 'script'; trusted-types ${policies}`;
    const allowed = await withHead((script, fallback) => script + fallback, trusting('stampline lit-html'));
    const shop = await tab();
    await shop.open(`${allowed.url}/?dev=${ticket}`);
    await showsBadge(shop);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);

    const hasThem = await shop.run('typeof trustedTypes === "object"');
    if (!hasThem) return;
    const refused = await withHead((script, fallback) => script + fallback, trusting('lit-html'));
    await shop.open(`${refused.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toContain(`${ticket} isn't shown`);
    await shop.open(`${refused.url}/?prod`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toBeNull();
  });

  it('keeps the badge where the application replaces the body, or the document', async () => {
    const shop = await tab();
    await shop.open(`${pages.url}/?dev=${ticket}`);
    await showsBadge(shop);
    await shop.run('document.body.replaceWith(document.createElement("body"))');
    await showsBadge(shop);
    await shop.run('(document.open(), document.write("<!doctype html><title>new</title><p>new"), document.close())');
    await showsBadge(shop);
    expect(await shop.run('document.querySelectorAll("#stamp-badge").length')).toBe(1);
  });

  it('makes a small badge of the red line by a click or a key, and moves nothing', async () => {
    const shop = await tab();
    await shop.open(`${pages.url}/?dev=TKT-999`);
    const top = 'document.querySelector("main").getBoundingClientRect().top';
    const before = await shop.run(top);
    const wide = Number(await shop.run(`document.querySelector('${LINE}').offsetWidth`));
    await shop.run(`document.querySelector('${LINE}').click()`);
    expect(await shop.text(LINE)).toBe('Not TKT-999');
    expect(Number(await shop.run(`document.querySelector('${LINE}').offsetWidth`))).toBeLessThan(wide / 4);
    await shop.picture(`${name}-small-line`);
    await shop.press(LINE, 'Enter');
    expect(await shop.text(LINE)).toContain('This page shows production.');
    expect(await shop.run(top)).toBe(before);
  });

  it('shows the last of two tickets at one stage, as the server does', async () => {
    const shop = await tab();
    await shop.open(`${pages.url}/?dev=TKT-999&dev=${ticket}`);
    await showsBadge(shop);
    expect(await shop.badge()).toContain(`${ticket} · dev`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
  });

  it('shows the ticket of the tab in a frame without an address of its own', async () => {
    const shop = await tab();
    await shop.open(`${pages.url}/?dev=${ticket}`);
    const framed = `(() => { const frame = document.createElement('iframe');
      frame.srcdoc = '<script nonce="' + document.currentScript?.nonce + '" src="${world.front.origin}/stamp.js"></' + 'script>'; document.body.append(frame); })()`;
    // A frame without an address has its page's policy, so what comes in needs its nonce.
    await shop.run(framed.replace('document.currentScript?.nonce', 'document.querySelector("script[nonce]").nonce'));
    await shop.until(`document.querySelector('iframe').contentDocument?.querySelector('${BADGE}, ${LINE}') != null`);
    expect(await shop.run(`document.querySelector('iframe').contentDocument.querySelector('${LINE}')`)).toBeNull();
  });

  it('tells of a ticket that is in production as what it is', async () => {
    const [own, key] = [await World.start(), 'Released'];
    try {
      const released: string = await own.stampline.ticket(key);
      await own.price(released, ' released');
      await own.toProduction(released);
      const { url } = await own.pages();
      const shop = await tab();
      await shop.open(`${url}/?dev=${released}`);
      await showsBadge(shop);
      expect(await shop.badge()).toContain(`${released} · in production`);
      expect(await shop.text(ANY_PRICE)).toBe('€9.80 released');
      expect(await shop.text(LINE)).toBeNull();
    } finally {
      await own.stop();
    }
  });
});

it('keeps the ticket of a page that was prerendered (chromium)', async () => {
  const world = await World.start();
  const browser = await launch('chromium');
  try {
    const ticket = await world.pricedTicket();
    const to = `/cart.html?dev=${ticket}`;
    const rules = JSON.stringify({ prerender: [{ urls: [to], eagerness: 'immediate' }] });
    const told = `<script>(${goesOnAndTells})(${JSON.stringify([BADGE, world.front.origin])})</script>`;
    const pages = await world.pages((snippet) => `${snippet}<script type="speculationrules">${rules}</script>${told}`);
    const asked = async (part: string): Promise<string | undefined> => {
      for (const until = Date.now() + 30_000; Date.now() < until; await wait(50)) {
        const found = world.front.passed.find(({ path }) => path.includes(part));
        if (found) return decodeURIComponent(found.path);
      }
      return undefined;
    };
    const shop = await aTab(await aPerson(browser));
    await shop.open(`${pages.url}/?prod`);
    expect(await asked(`dev=${ticket}`)).toBeDefined();
    await shop.run(`void (location.href = '${to}')`).catch(() => undefined);
    expect(await asked('told=')).toContain(ticket);
  } finally {
    await browser.close();
    await world.stop();
  }
});

/**
 * On the page: from a cart that was prerendered and is shown now to the next page, which tells its badge to `origin`. The tab
 * isn't driven from here on, since the driver loses a page that another one takes the place of.
 */
const goesOnAndTells = `([badge, origin]) => {
  document.addEventListener('prerenderingchange', () => (location.href = '/checkout.html'));
  if (location.pathname !== '/checkout.html') return;
  const timer = setInterval(() => {
    const shown = document.querySelector(badge);
    if (!shown) return;
    clearInterval(timer);
    void fetch(origin + '/livez?told=' + encodeURIComponent(shown.textContent), { mode: 'no-cors' });
  }, 50);
}`;
