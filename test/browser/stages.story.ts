// One application, many versions of it: what each tab shows, and what it keeps.
import type { Browser } from 'puppeteer-core';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';
import { type Pages, World } from './world.js';

const ANY_PRICE = '#tea-sencha .buy b';
const BADGE = '#stamp-badge';

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

  it('shows production, dev and QA in three tabs of one window', async () => {
    const [inDev, inQa] = [await world.pricedTicket(), await world.pricedTicket()];
    await world.stampline.promote(inQa);
    const person = await aPerson(browser);
    const [prod, dev, qa] = [await aTab(person), await aTab(person), await aTab(person)];

    await Promise.all([
      prod.open(`${pages.url}/`),
      dev.open(`${pages.url}/?dev=${inDev}`),
      qa.open(`${pages.url}/?qa=${inQa}`),
    ]);

    expect(await prod.text(ANY_PRICE)).toBe('€9.80');
    expect(await dev.text(ANY_PRICE)).toBe(`€9.80 ${inDev}`);
    expect(await qa.text(ANY_PRICE)).toBe(`€9.80 ${inQa}`);
    expect(await prod.text(BADGE)).toBeNull();
    expect(await dev.badge()).toContain(`${inDev} · dev`);
    expect(await qa.badge()).toContain(`${inQa} · qa`);
    expect(await prod.text('#announcement')).toContain('Darjeeling');
    expect(await prod.run('document.querySelectorAll("script[type=importmap]").length')).toBe(1);
    await prod.picture(`${name}-production`);
    await dev.picture(`${name}-dev`);
    await qa.picture(`${name}-qa`);
  });

  it('keeps the ticket from page to page of a tab, of no other tab, until ?prod', async () => {
    const ticket = await world.pricedTicket();
    const person = await aPerson(browser);
    const [here, elsewhere] = [await aTab(person), await aTab(person)];
    await here.open(`${pages.url}/?dev=${ticket}`);
    await here.run('document.querySelector("#tea-sencha button").click()');

    await here.follow('#to-cart');
    expect(await here.run('location.search')).toBe('');
    expect(await here.text('#total')).toBe(`€9.80 ${ticket}`);
    expect(await here.badge()).toContain(ticket);
    await elsewhere.open(`${pages.url}/cart.html`);
    expect(await elsewhere.text('#total')).toBe('€9.80');

    await here.open(`${pages.url}/cart.html?prod`);
    expect(await here.text('#total')).toBe('€9.80');
    await here.follow('#to-checkout');
    expect(await here.text('#to-pay')).toBe('€9.80');
    expect(await here.text(BADGE)).toBeNull();
  });

  it('replaces a module that only modules import, one of a package, and a whole package', async () => {
    const { stampline } = world;
    const one: string = await stampline.ticket('A sum of its own');
    await stampline.module(one, 'lodash-es/sumBy.js', 'export default () => 100;');
    const all: string = await stampline.ticket('A package, patched');
    const patched = { 'groupBy.js': "export default (teas) => ({ 'All of it': teas });" };
    await stampline.package(all, 'lodash-es', patched);
    const shop = await tab();
    await shop.open(`${pages.url}/`);
    await shop.run('document.querySelector("#tea-assam button").click()');

    await shop.open(`${pages.url}/cart.html?dev=${one}`);
    expect(await shop.text('#total')).toBe('€1.00');
    await shop.open(`${pages.url}/?dev=${one}`);
    expect(await shop.text('h2')).toBe('Green');

    await shop.open(`${pages.url}/?dev=${all}`);
    expect(await shop.text('h2')).toBe('All of it');
    await shop.open(`${pages.url}/cart.html?dev=${all}`);
    expect(await shop.text('#total')).toBe('€7.20');
    await shop.open(`${pages.url}/?dev=${one},${await world.pricedTicket()}`);
    expect(await shop.text(ANY_PRICE)).toContain('TKT-');
    await shop.open(`${pages.url}/cart.html`);
    expect(await shop.text('#total')).toContain('€1.00 TKT-');
  });

  it('runs without a module that the ticket deletes', async () => {
    const ticket: string = await world.stampline.ticket('No announcements');
    await world.stampline.delete(ticket, 'announcement');
    const shop = await tab();

    await shop.open(`${pages.url}/?dev=${ticket}`);
    expect(await shop.text('#announcement')).toBeNull();
    expect(await shop.text(ANY_PRICE)).toBe('€9.80');
    expect(await shop.text('#stamp-warning')).toBeNull();

    await shop.open(`${pages.url}/?prod`);
    expect(await shop.text('#announcement')).toContain('Darjeeling');
  });

  it('says on the badge when the ticket changes, and reloads where the page asks for it', async () => {
    const ticket = await world.pricedTicket();
    const reloading = await world.pages((snippet) => snippet.replace('<script ', '<script data-reload '));
    const [shop, eager] = [await tab(), await tab()];
    await eager.open(`${reloading.url}/?dev=${ticket}`);
    await shop.open(`${pages.url}/?dev=${ticket}`);

    await world.price(ticket, ' again');

    await shop.page.bringToFront();
    await shop.until('document.querySelector("#stamp-badge[data-changed]") !== null');
    expect(await shop.badge()).toContain(`${ticket} · changed`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    await shop.picture(`${name}-changed`);
    await eager.page.bringToFront();
    await eager.until(`document.querySelector(${JSON.stringify(ANY_PRICE)})?.textContent === "€9.80 again"`);
  });

  it('has no badge where the page asks for none', async () => {
    const plain = await world.pages((snippet) => snippet.replace('<script ', '<script data-badge="off" '));
    const ticket = await world.pricedTicket();
    const shop = await tab();
    await shop.open(`${plain.url}/?dev=${ticket}`);
    expect(await shop.text(ANY_PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.text(BADGE)).toBeNull();
  });
});
