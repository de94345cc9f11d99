// The browsers that the stories run in, and tabs as a person has them: `const tab = await aTab(browser)`.
import puppeteer, { type Browser, type BrowserContext, type LaunchOptions, type Page } from 'puppeteer-core';
import { AnyTab, one } from './any-tab.js';

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

export class Tab extends AnyTab {
  /** What the page's policy refused, and what its modules threw, in the order of time. */
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    super();
    page.on('pageerror', (error) => this.errors.push(String((error as Error).message ?? error)));
  }

  async visit(url: string): Promise<void> {
    await this.page.goto(url, { waitUntil: 'load' });
  }

  /** A link on the page, as a person follows it. */
  async follow(selector: string): Promise<void> {
    await Promise.all([this.page.waitForNavigation({ waitUntil: 'load' }), this.run(`${one(selector)}.click()`)]);
    await this.ready();
  }

  run(code: string): Promise<unknown> {
    return this.page.evaluate(code);
  }

  override async until(code: string): Promise<void> {
    await this.page.waitForFunction(code, { timeout: 30_000, polling: 100 });
  }

  async press(selector: string, key: 'Enter'): Promise<void> {
    await this.page.focus(selector);
    await this.page.keyboard.press(key);
  }

  protected async seen(): Promise<Uint8Array> {
    await this.page.bringToFront(); // Chromium paints no other, and waits.
    return this.page.screenshot();
  }
}

/** A person of their own: no cache, no storage, no tab of another story. */
export const aPerson = (browser: Browser): Promise<BrowserContext> => browser.createBrowserContext();

export async function aTab(person: BrowserContext): Promise<Tab> {
  const page = await person.newPage();
  await page.setViewport({ width: 1000, height: 700 });
  return new Tab(page);
}
