// The browsers that the stories run in, and tabs as a person has them: `const tab = await aTab(browser)`.
import fs from 'node:fs';
import path from 'node:path';
import puppeteer, { type Browser, type BrowserContext, type LaunchOptions, type Page } from 'puppeteer-core';

export type BrowserName = 'chromium' | 'firefox';

/** A name that isn't the loopback's, for pages that users see. Both browsers are told that it is this machine. */
export const PRODUCTION_HOST = 'shop.example';

const PATHS: Readonly<Record<BrowserName, string>> = {
  chromium: process.env.CHROMIUM ?? '/usr/bin/chromium',
  firefox: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
};

const OPTIONS: Readonly<Record<BrowserName, LaunchOptions>> = {
  chromium: {
    browser: 'chrome',
    args: [
      `--host-resolver-rules=MAP ${PRODUCTION_HOST} 127.0.0.1`,
      // Root, as in a container, has no sandbox to be had.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  },
  firefox: { browser: 'firefox', extraPrefsFirefox: { 'network.dns.localDomains': PRODUCTION_HOST } },
};

export const launch = (name: BrowserName): Promise<Browser> =>
  puppeteer.launch({ ...OPTIONS[name], executablePath: PATHS[name], headless: true, timeout: 60_000 });

/** A tab, by what a story looks at. Code for the page is text: types know no DOM here. */
export class Tab {
  /** What the page's policy refused, and what its modules threw, in the order of time. */
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(String((error as Error).message ?? error)));
  }

  /** Resolves when the page has loaded, whether its modules ran or not. */
  async visit(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  /** Resolves when the shop is on the page. */
  async open(url: string): Promise<void> {
    await this.visit(url);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.waitForSelector('body[data-ready]', { timeout: 30_000 });
  }

  /** A link on the page, as a person follows it. */
  async follow(selector: string): Promise<void> {
    await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), this.run(`${one(selector)}.click()`)]);
    await this.ready();
  }

  /** The text of the first that fits; null where there is none. */
  text(selector: string): Promise<string | null> {
    return this.run(`${one(selector)}?.textContent ?? null`) as Promise<string | null>;
  }

  /** The text of stamp.js's badge, once the page has said what it shows; null where that is the red line. */
  async badge(): Promise<string | null> {
    await this.until('document.querySelector("#stamp-badge, #stamp-warning") !== null');
    return this.text('#stamp-badge');
  }

  run(code: string): Promise<unknown> {
    return this.page.evaluate(code);
  }

  /** Resolves when the code is true on the page. */
  async until(code: string): Promise<void> {
    await this.page.waitForFunction(code, { timeout: 30_000, polling: 100 });
  }

  /** A picture for people, where STAMPLINE_SCREENSHOTS names a folder. */
  async picture(name: string): Promise<void> {
    const folder = process.env.STAMPLINE_SCREENSHOTS;
    if (!folder) return;
    fs.mkdirSync(folder, { recursive: true });
    await this.page.bringToFront(); // Chromium paints no other, and waits.
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }
}

const one = (selector: string): string => `document.querySelector(${JSON.stringify(selector)})`;

/** A person of their own: no cache, no storage, no tab of another story. */
export const aPerson = (browser: Browser): Promise<BrowserContext> => browser.createBrowserContext();

export async function aTab(person: BrowserContext): Promise<Tab> {
  const page = await person.newPage();
  await page.setViewport({ width: 1000, height: 700 });
  return new Tab(page);
}
