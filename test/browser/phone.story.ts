// Stampline's pages on a phone, light and dark: neither a path, a table nor an example pushes one wider than the screen.
import type { Browser } from 'puppeteer-core';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { aPerson, aTab, launch, type Tab } from './browsers.js';
import { World } from './world.js';

const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };
const LONG = `a-title-without-a-blank-${'x'.repeat(120)}`;

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await startTestServer();
  browser = await launch('chromium');
  const { id } = await aTicket(server).with({ title: LONG, owner: `${'o'.repeat(60)}@example.com` });
  await aTicket(server).at(200);
  const failure = { status: '999', current_workflow_step: '999', failure: { summary: `${LONG} failed` } };
  await server.http.patch(`/api/v1/updateticketstatus/${id}/`).send(failure).expect(202);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function onPhone(scheme: string): Promise<Tab> {
  const tab = await aTab(await aPerson(browser));
  await tab.page.setViewport(PHONE);
  await tab.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  return tab;
}

/** Elements that stand out on the right of the screen, where nothing around them scrolls by itself. */
const WIDE = `(() => {
  const scrolls = (one) => one && (/auto|scroll|hidden|clip/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter((one) =>
    one.checkVisibility() && one.getBoundingClientRect().right > ${PHONE.width + 1} && !scrolls(one.parentElement));
  return [document.documentElement.scrollWidth, ...wide.map((one) => one.outerHTML.slice(0, 100))];
})()`;

describe.each(['light', 'dark'])('%s', (scheme) => {
  it.each([
    ['start', '/', "document.querySelectorAll('#rail li').length > 0"],
    ['stream', '/stream', "document.querySelectorAll('#events li').length > 0"],
    ['ticket', '/stream?ticket=TKT-1', "document.querySelectorAll('#events li').length > 0"],
    ['docs', '/docs', "document.querySelectorAll('.opblock').length > 0"],
  ])('%s', async (name, path, ready) => {
    const tab = await onPhone(scheme);
    await tab.visit(server.base + path);
    await tab.until(ready);
    await tab.picture(`phone-${name}-${scheme}`);
    expect(await tab.run(WIDE)).toEqual([PHONE.width]);
    await tab.page.close();
  });

  it('the red line and the badge', async () => {
    const world = await World.start();
    try {
      const ticket = await world.pricedTicket();
      const { url } = await world.pages();
      const tab = await onPhone(scheme);
      for (const [name, key] of [
        ['badge', ticket],
        ['line', 'TKT-999'],
      ]) {
        await tab.open(`${url}/?dev=${key}`);
        await tab.badge();
        await tab.picture(`phone-${name}-${scheme}`);
        const right = `Math.ceil(document.querySelector('#stamp-badge, #stamp-warning').getBoundingClientRect().right)`;
        expect(await tab.run(right)).toBeLessThanOrEqual(PHONE.width);
      }
    } finally {
      await world.stop();
    }
  });
});

it.each(['get', 'patch', 'post'])('the documentation of a %s, opened', async (method) => {
  const tab = await onPhone('light');
  await tab.visit(`${server.base}/docs`);
  const block = `.opblock-${method}`;
  await tab.until(`document.querySelector('${block}') !== null`);
  await tab.run(`document.querySelector('${block} .opblock-summary-control').click()`);
  await tab.until(`document.querySelector('${block}.is-open .opblock-body') !== null`);
  await tab.run(`document.querySelector('${block}').scrollIntoView()`);
  await tab.picture(`phone-docs-${method}`);
  expect(await tab.run(WIDE)).toEqual([PHONE.width]);
  await tab.page.close();
});
