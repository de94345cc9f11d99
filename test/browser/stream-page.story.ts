// The page at /stream as people have it: live, filtered, paused, on a phone and on the wall, and after the server was away.
import type { Server } from 'node:http';
import type { Browser, Page } from 'puppeteer-core';
import { aTicket } from '../builders/ticket.builder.js';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { launch } from './browsers.js';
import { Front } from './front.js';

let server: TestServer;
let front: Front;
let browser: Browser;
beforeAll(async () => {
  server = await startTestServer();
  front = await new Front(server.base).start();
  browser = await launch('chromium');
});
afterAll(async () => {
  await browser?.close();
  front?.stop();
  await server?.stop();
});

const say = (line: string, fields: object = {}) =>
  server.http
    .post('/events')
    .send({ line, ...fields })
    .expect(202);

async function open(path = '/stream', viewport = { width: 1280, height: 800 }): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport(viewport);
  await page.goto(front.origin + path);
  return page;
}

const live = (page: Page) => page.waitForSelector('#state[data-state=live]');
const lines = (page: Page): Promise<string[]> =>
  page.$$eval('.events .line', (all) => all.map((one) => String((one as { textContent: string | null }).textContent)));
/** Resolves when a line is on the page. */
const seen = (page: Page, line: string) =>
  page.waitForFunction(
    `[...document.querySelectorAll('.events .line')].some((one) => one.textContent === ${JSON.stringify(line)})`,
  );
const stateOf = (page: Page): Promise<string> =>
  page.$eval('#state', (one) => (one as { textContent: string | null }).textContent ?? '');

it('shows what was last and what comes, newest first, as text', async () => {
  await say('<img src=x onerror=alert(1)>', { severity: 'warn' });
  const page = await open();
  await live(page);
  await seen(page, '<img src=x onerror=alert(1)>');
  await say('came later', { severity: 'error', link: 'https://ci.example/9' });
  await seen(page, 'came later');
  expect((await lines(page)).slice(0, 2)).toEqual(['came later', '<img src=x onerror=alert(1)>']);
  expect(await page.$$eval('#events img', (all) => all.length)).toBe(0);
  expect(await page.$eval('#events li:first-child .word', (one) => (one as { textContent: unknown }).textContent)).toBe(
    'error',
  );
  expect(await page.$eval('#events li:first-child a.line', (one) => (one as unknown as { href: string }).href)).toBe(
    'https://ci.example/9',
  );
  await page.close();
});

it('puts repeats together', async () => {
  const page = await open();
  await live(page);
  for (let time = 0; time < 3; time++) await say('again and again');
  await page.waitForFunction(`document.querySelector('.times')?.textContent === '×3'`);
  expect((await lines(page)).filter((line) => line === 'again and again')).toHaveLength(1);
  await page.close();
});

it('keeps up with a flood, and shows its end', async () => {
  const page = await open();
  await live(page);
  const flood = Array.from({ length: 2000 }, (_, index) => ({ line: `flood ${index}` }));
  for (let from = 0; from < flood.length; from += 500)
    await server.http
      .post('/events')
      .send(flood.slice(from, from + 500))
      .expect(202);
  await seen(page, 'flood 1999');
  const shown = await lines(page);
  expect(shown).toHaveLength(400);
  expect(shown).toEqual(
    flood
      .slice(-400)
      .reverse()
      .map(({ line }) => line),
  );
  await page.close();
});

it('filters by ticket, severity and kind; the filters stand in the URL and work from there', async () => {
  const { key } = await aTicket(server);
  await say('for the ticket', { ticket: key, severity: 'error' });
  const page = await open();
  await live(page);
  await page.keyboard.press('/');
  await page.keyboard.type(key);
  await page.keyboard.press('Enter');
  await live(page);
  await seen(page, `${key}: for the ticket`);
  expect((await lines(page)).every((line) => line.includes(key))).toBe(true);
  expect(new URL(page.url()).searchParams.get('ticket')).toBe(key);

  const same = await open(`/stream?ticket=${key}&severity=error`);
  await live(same);
  await seen(same, `${key}: for the ticket`);
  expect(await lines(same)).toEqual([`${key}: for the ticket`]);
  await say('not for it', { severity: 'error' });
  await say('quiet', { ticket: key });
  await say('loud', { ticket: key, severity: 'error' });
  await seen(same, `${key}: loud`);
  expect(await lines(same)).toEqual([`${key}: loud`, `${key}: for the ticket`]);

  const kinds = await open('/stream?kind=tickets');
  await live(kinds);
  await seen(kinds, `Ticket ${key} created: A ticket`);
  expect(await lines(kinds)).not.toContain('not for it');
  for (const one of [page, same, kinds]) await one.close();
});

it('says why a filter can not be', async () => {
  const page = await open('/stream?ticket=TKT-999999');
  await page.waitForSelector('#state[data-state=refused]');
  expect(await stateOf(page)).toContain('TKT-999999');
  await page.close();
});

it('pauses by key and goes on with what came meanwhile', async () => {
  const page = await open();
  await live(page);
  await page.keyboard.press('p');
  await say('while paused');
  await page.waitForFunction(`document.querySelector('#state').textContent === 'Paused, 1 waiting'`);
  expect(await lines(page)).not.toContain('while paused');
  await page.keyboard.press('p');
  await seen(page, 'while paused');
  expect(await stateOf(page)).toBe('Live');
  await page.close();
});

it('says that the connection is lost, and then has what it missed, once', async () => {
  const page = await open();
  await live(page);
  front.away = true;
  // What is open ends too.
  (front as unknown as { server: Server }).server.closeAllConnections();
  await page.waitForSelector('#state[data-state=lost]');
  await say('missed');
  front.away = false;
  await live(page);
  await seen(page, 'missed');
  expect((await lines(page)).filter((line) => line === 'missed')).toHaveLength(1);
  await page.close();
}, 30_000);

it('fits a phone, where the filters are closed, and is readable on the wall', async () => {
  const wide = `document.documentElement.scrollWidth <= document.documentElement.clientWidth`;
  await say(`a long ${'x'.repeat(110)}`);
  const phone = await open('/stream', { width: 360, height: 740 });
  await live(phone);
  expect(await phone.evaluate(wide)).toBe(true);
  expect(await phone.$eval('#more', (one) => (one as unknown as { open: boolean }).open)).toBe(false);
  const wall = await open('/stream', { width: 2560, height: 1440 });
  await live(wall);
  expect(parseFloat((await wall.evaluate(`getComputedStyle(document.body).fontSize`)) as string)).toBeGreaterThan(20);
  for (const one of [phone, wall]) await one.close();
});

it('has a rail on the start page', async () => {
  const page = await open('/');
  await say('on the rail');
  await seen(page, 'on the rail');
  expect((await lines(page)).length).toBeLessThanOrEqual(12);
  await page.close();
});
