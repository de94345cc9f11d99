// How a page is loaded: what goes over the wire, under which policy, and what happens when something is missing or wrong.
import fs from 'node:fs';
import type { Browser } from 'puppeteer-core';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';
import { type Pages, priceEndingIn, World } from './world.js';

const ANY_PRICE = '#tea-sencha .buy b';
const OVERRIDES = fs.readFileSync(
  new URL('../../node_modules/import-map-overrides/dist/import-map-overrides.js', import.meta.url),
  'utf8',
);

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let world: World;
  let pages: Pages;
  let browser: Browser;
  const tab = async (): Promise<Tab> => aTab(await aPerson(browser));

  beforeAll(async () => {
    world = await World.start();
    pages = await world.pages();
    browser = await launch(name);
  });
  afterEach(() => void (world.front.away = false));
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it("transfers the ticket's map and modules where production is in the cache, then only the map's validation", async () => {
    const ticket = await world.pricedTicket();
    const { imports } = await world.stampline.map(`?dev=${ticket}`);
    const shop = await tab();
    await shop.open(`${pages.url}/`);
    expect(world.front.modules().length).toBeGreaterThan(20);

    const second = world.front.passed.length;
    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(world.front.modules(second)).toEqual([new URL(imports.price).pathname]);

    const third = world.front.passed.length;
    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    const passed = world.front.passed.slice(third);
    expect(world.front.modules(third)).toEqual([]);
    expect(passed.map(({ path, status, bytes }) => [path, status, bytes])).toEqual(
      expect.arrayContaining([['/stamp.js', 304, 0]]),
    );
    // The shop's own server asks for the snippet now and then.
    const others = /^\/(stamp\.js|snippet\.html|import-map\.json\?dev=TKT-\d+)$/;
    expect(passed.filter(({ path }) => !others.test(path))).toEqual([]);
  });

  it('runs production from its own head and the cache while the service is down', async () => {
    const ticket = await world.pricedTicket();
    const shop = await tab();
    await shop.open(`${pages.url}/`);

    world.front.away = true;
    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.run('typeof stamp')).toBe('undefined');
    await shop.picture(`${name}-service-down`);
  });

  it('runs production with the service down and nothing in the cache, where another host has the modules', async () => {
    const { front, cdn } = world;
    const moved = await world.pages((snippet) =>
      snippet.replaceAll(`${front.origin}/modules/`, `${cdn.origin}/modules/`),
    );
    const shop = await tab();
    front.away = true;
    await shop.open(`${moved.url}/`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(cdn.modules().length).toBeGreaterThan(20);
  });

  it("loads all modules, a ticket's too, from the CDN that the project names, and checks their integrity", async () => {
    const { front, cdn } = world;
    await world.modulesFrom(cdn.origin);
    try {
      const ticket = await world.pricedTicket();
      const moved = await world.pages();
      const [since, before] = [front.passed.length, cdn.modules().length];
      const shop = await tab();
      await shop.open(`${moved.url}/?dev=${ticket}`);
      expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
      expect(await shop.badge()).toContain(ticket);
      expect(front.modules(since)).toEqual([]);
      expect(cdn.modules().length - before).toBeGreaterThan(20);

      const { imports } = await world.stampline.map(`?dev=${ticket}`);
      cdn.own.set(new URL(imports.price).pathname, await priceEndingIn(' minified'));
      const other = await tab();
      await other.visit(`${moved.url}/?dev=${ticket}`);
      expect(await other.run('import("price").then(() => "loaded", (error) => error.name)')).toBe('TypeError');
    } finally {
      await world.modulesFrom(front.origin);
    }
  });

  it('works under a policy that allows scripts by nonce alone', async () => {
    const ticket = await world.pricedTicket();
    const shop = await tab();
    await shop.page.evaluateOnNewDocument(
      'window.refused = []; addEventListener("securitypolicyviolation", (event) => refused.push(event.violatedDirective))',
    );
    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.badge()).toContain(ticket);
    expect(await shop.run('refused')).toEqual([]);

    // The policy is there: a script without the nonce doesn't run.
    await shop.run(
      '(() => { const script = document.createElement("script"); script.textContent = "window.ran = true"; document.body.append(script); })()',
    );
    expect(await shop.run('[String(window.ran), refused.length]')).toEqual(['undefined', 1]);
  });

  // Its map has no nonce (6.1.0), so the page's policy has to allow inline scripts.
  it('runs beside import-map-overrides, which overrides what the ticket has', async () => {
    const ticket = await world.pricedTicket();
    world.cdn.own.set('/import-map-overrides.js', OVERRIDES);
    world.cdn.own.set('/mine.js', await priceEndingIn(' mine'));
    const overridable = await world.pages(
      (snippet) =>
        snippet
          .replace('<script ', '<script data-type="overridable-importmap" ')
          .replace('type="importmap"', 'type="overridable-importmap"') +
        `<script src="${world.cdn.origin}/import-map-overrides.js"></script>`,
      () => `script-src 'unsafe-inline' ${world.front.origin} ${world.cdn.origin}`,
    );
    const shop = await tab();
    await shop.open(`${overridable.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);

    await shop.run(`localStorage.setItem("import-map-override:price", "${world.cdn.origin}/mine.js")`);
    await shop.open(`${overridable.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80 mine');
    expect(await shop.badge()).toContain(ticket);
  });

  // Chromium (since 127) and Firefox (since 138) both check `integrity` of import maps, for static and dynamic imports.
  it('refuses a module whose bytes are not those that the map promises', async () => {
    const ticket: string = await world.stampline.ticket('From a CDN that changes');
    const { modules } = await world.price(await world.pricedTicket(), ' promised');
    world.cdn.own.set('/price.js', await priceEndingIn(' tampered'));
    await world.stampline.call('POST', `/api/v1/ticket/${ticket}/modules/`, {
      specifier: 'price',
      url: `${world.cdn.origin}/price.js`,
      integrity: modules[0].integrity,
    });
    const shop = await tab();
    await shop.visit(`${pages.url}/?dev=${ticket}`);
    expect(await shop.run('import("price").then(() => "loaded", (error) => error.name)')).toBe('TypeError');
    expect(await shop.text('main')).toBeNull();

    world.cdn.own.set('/price.js', await priceEndingIn(' promised'));
    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80 promised');
  });
});
