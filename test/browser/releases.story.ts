// A page as it was at a release of production: for `stamp bisect` and for whoever wants to know since when.
import type { Browser } from 'puppeteer-core';
import { aPerson, aTab, type BrowserName, launch, type Tab } from './browsers.js';
import { type Pages, World } from './world.js';

const PRICE = '#tea-sencha .buy b';
const LINE = '#stamp-warning';
const BADGE = '#stamp-badge';

describe.each<BrowserName>(['chromium', 'firefox'])('%s', (name) => {
  let world: World;
  let pages: Pages;
  let browser: Browser;
  /** The release before the one that brought `ticket`, which is live. */
  let before: number;
  let ticket: string;
  const tab = async (): Promise<Tab> => aTab(await aPerson(browser));

  beforeAll(async () => {
    world = await World.start();
    pages = await world.pages();
    browser = await launch(name);
    before = (await world.server.http.get('/api/v1/stage/prod/').expect(200)).body.release as number;
    ticket = await world.pricedTicket();
    await world.toProduction(ticket);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  it('is shown in that tab until it is left', async () => {
    const shop = await tab();
    await shop.open(pages.url);
    expect(await shop.text(PRICE)).toBe(`€9.80 ${ticket}`);

    await shop.open(`${pages.url}/?stamp-release=${before}`);
    expect(await shop.text(PRICE)).toBe('€9.80');
    expect(await shop.badge()).toContain(`Release ${before} · production as it was`);
    expect(await shop.run('[window.stamp.release, window.stamp.tickets, window.stamp.shown]')).toEqual([
      String(before),
      null,
      true,
    ]);
    await shop.picture(`${name}-release`);

    await shop.follow('#to-cart');
    expect(await shop.badge()).toContain(`Release ${before}`);
    await shop.follow(`${BADGE} a`);
    await shop.open(pages.url);
    expect([await shop.text(PRICE), await shop.text(BADGE)]).toEqual([`€9.80 ${ticket}`, null]);
  });

  it('is production under a red line where there is no such release, or more is asked for', async () => {
    const shop = await tab();
    await shop.open(`${pages.url}/?stamp-release=999`);
    expect(await shop.text(PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.text(LINE)).toContain("Release 999 isn't there. This page shows production.");

    await shop.open(`${pages.url}/?stamp-release=${before}&dev=${ticket}`);
    expect(await shop.text(PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.text(LINE)).toContain(`Release ${before} isn't shown together with a ticket.`);
  });

  it('is not shown to users, but wherever any ticket is previewed', async () => {
    const shop = await tab();
    await shop.open(`${pages.production}/?stamp-release=${before}`);
    expect(await shop.text(PRICE)).toBe(`€9.80 ${ticket}`);
    expect(await shop.text(LINE)).toContain(`Releases are not previewed on ${pages.production}.`);

    await world.previewOn({ qa: [pages.production] });
    await shop.open(`${pages.production}/?stamp-release=${before}`);
    expect(await shop.text(PRICE)).toBe('€9.80');
    await world.previewOn({});
  });
});
