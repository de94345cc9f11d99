// Every browser that is installed, for stories that need no more of it than a tab.
import type { AnyTab } from './any-tab.js';
import { aPerson, aTab, type BrowserName, launch } from './browsers.js';
import { hasWebKit, WebKit } from './webkit.js';

export type AnyName = BrowserName | 'webkit';

/** Without WebKit where there is none: scripts/test-browser.mjs says so. */
export const ANY_BROWSER: readonly AnyName[] = ['chromium', 'firefox', ...(hasWebKit() ? (['webkit'] as const) : [])];

export interface AnyBrowser {
  /** Of a person of their own: no cache, no storage. */
  newTab(): Promise<AnyTab>;
  close(): Promise<void>;
}

export async function launchAny(name: AnyName): Promise<AnyBrowser> {
  if (name === 'webkit') return WebKit.launch();
  const browser = await launch(name);
  return { newTab: async () => aTab(await aPerson(browser)), close: () => browser.close() };
}
