// Links that don't show what they say: the page runs production, and says so.
import type { Browser } from 'puppeteer-core';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';
import { type Pages, World } from './world.js';

const ANY_PRICE = '#tea-sencha .buy b';
const LINE = '#stamp-warning';

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
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it('runs production under a red line where the ticket is unknown, even without the badge', async () => {
    const plain = await world.pages((snippet) => snippet.replace('<script ', '<script data-badge="off" '));
    const shop = await tab();
    await shop.open(`${plain.url}/?dev=TKT-999`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toContain('TKT-999 has no modules. This page shows production.');
    expect(await shop.text('#stamp-badge')).toBeNull();
    await shop.picture(`${name}-unknown`);
  });

  it('leads to the stage that the ticket is at', async () => {
    const ticket = await world.pricedTicket();
    await world.stampline.promote(ticket);
    const shop = await tab();

    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toContain(`${ticket} is at the stage qa. This page shows production.`);
    await shop.picture(`${name}-elsewhere`);

    await shop.follow(`${LINE} a`);
    expect(await shop.run('location.search')).toBe(`?qa=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.text(LINE)).toBeNull();
  });

  it('ignores the ticket where users are, and asks for nothing', async () => {
    const ticket = await world.pricedTicket();
    const shop = await tab();
    const since = world.front.passed.length;

    await shop.open(`${pages.production}/?dev=${ticket}`);
    expect(await shop.run('location.hostname')).toBe('shop.example');
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toContain(`Tickets are not previewed on ${pages.production}.`);
    expect(world.front.passed.slice(since).filter(({ path }) => path.includes(ticket))).toEqual([]);
    await shop.picture(`${name}-production-origin`);

    // Whoever asks beside stamp.js isn't let read it either.
    const asked = `fetch("${world.front.origin}/import-map.json?dev=${ticket}").then(() => "read", () => "refused")`;
    expect(await shop.run(asked)).toBe('refused');
    await shop.follow('#to-cart');
    expect(await shop.text(LINE)).toBeNull();
  });

  it('previews where the project lists the origin of the page, at that stage only', async () => {
    const ticket = await world.pricedTicket();
    await world.previewOn({ dev: [pages.production] });
    const shop = await tab();
    await shop.open(`${pages.production}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);

    await world.stampline.promote(ticket);
    await shop.open(`${pages.production}/?qa=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    await world.previewOn({});
  });

  it('says which tickets cannot be shown together', async () => {
    const [one, other] = [await world.pricedTicket(), await world.pricedTicket()];
    const shop = await tab();
    await shop.open(`${pages.url}/?dev=${one},${other}`);
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text(LINE)).toContain(`${one},${other} can't be shown: they change the same module.`);
  });
});
