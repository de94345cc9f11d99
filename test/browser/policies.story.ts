// Policies of pages (Content-Security-Policy, Trusted Types): where one stops stamp.js's map, the fallback that it allows is the
// page's map; nobody is left without modules, and no badge is over production.
import { createHash } from 'node:crypto';
import { ANY_BROWSER, type AnyBrowser, launchAny } from './any-browser.js';
import { html, OddPages } from './odd-pages.js';
import { World } from './world.js';

const BADGE = '#stamp-badge';
const LINE = '#stamp-warning';
const PRICE = "import('price').then(({ price }) => price(980), () => 'none')";
const NONCED = ' nonce="x"';

interface Policy {
  /** `hash`: of the fallback's text. */
  readonly csp: (hosts: string, hash: string) => string;
  readonly script?: string;
  readonly fallback?: string;
  readonly head?: string;
  /** True where the ticket is shown. */
  readonly shows: boolean;
  readonly header?: string;
}

const POLICIES: Readonly<Record<string, Policy>> = {
  'a nonce on all': {
    csp: () => `script-src 'nonce-x'`,
    script: NONCED,
    fallback: NONCED,
    shows: true,
  },
  'a nonce on all, strict-dynamic': {
    csp: (hosts) => `script-src 'nonce-x' 'strict-dynamic' ${hosts}`,
    script: NONCED,
    fallback: NONCED,
    shows: true,
  },
  'scripts in the page, by no nonce': { csp: (hosts) => `script-src 'unsafe-inline' ${hosts}`, shows: true },
  'no policy but a report': {
    csp: () => `script-src 'none'`,
    header: 'content-security-policy-report-only',
    shows: true,
  },
  'stamp.js by its host, the fallback by a hash': {
    csp: (hosts, hash) => `script-src ${hosts} 'nonce-x' ${hash}`,
    shows: false,
  },
  'stamp.js by its host, the fallback by a nonce': {
    csp: (hosts) => `script-src ${hosts} 'nonce-x'`,
    fallback: NONCED,
    shows: false,
  },
  'the same for elements alone': {
    csp: (hosts, hash) => `script-src 'none'; script-src-elem ${hosts} 'nonce-x' ${hash}`,
    shows: false,
  },
  'an element with the id of our map': {
    csp: (hosts, hash) => `script-src ${hosts} 'nonce-x' ${hash}`,
    head: '<meta id="stamp-map">',
    shows: false,
  },
  'no Trusted Types policy, and an element with the id of our map': {
    csp: (hosts) => `script-src 'nonce-x' ${hosts}; require-trusted-types-for 'script'; trusted-types page`,
    head: '<meta id="stamp-map">',
    script: NONCED,
    fallback: NONCED,
    shows: false,
  },
};

describe.each(ANY_BROWSER)('%s', (name) => {
  let world: World;
  let pages: OddPages;
  let browser: AnyBrowser;
  let ticket: string;
  let snippet: string;

  beforeAll(async () => {
    world = await World.start();
    pages = await OddPages.start();
    browser = await launchAny(name);
    ticket = await world.pricedTicket();
    snippet = await (await fetch(`${world.front.origin}/snippet.html`)).text();
  });
  afterAll(async () => {
    await browser?.close();
    pages?.stop();
    await world?.stop();
  });

  it.each(Object.entries(POLICIES))('production and the ticket: %s', async (what, policy) => {
    const text = /data-stamp-fallback>(.*)<\/script>/s.exec(snippet)?.[1] ?? '';
    const hash = `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const header = policy.header ?? 'content-security-policy';
    const [script = '', fallback = ''] = snippet.split(/(?<=<\/script>\n)/);
    const elements = [
      script.replace('<script', `<script${policy.script ?? ''}`),
      fallback.replace('<script', `<script${policy.fallback ?? ''}`),
    ];
    const url = pages.put(`/${what.replaceAll(/\W+/g, '-')}`, {
      headers: { [header]: policy.csp(`${world.front.origin} ${world.server.base}`, hash) },
      body: html(`${policy.head ?? ''}${elements.join('')}`, '', NONCED),
    });
    const shop = await browser.newTab();
    await shop.open(`${url}?prod`);
    expect(await shop.run(PRICE)).toBe('€9.80');
    expect([await shop.text(BADGE), await shop.text(LINE)]).toEqual([null, null]);

    await shop.open(`${url}?dev=${ticket}`);
    await shop.until(`document.querySelector('${BADGE}, ${LINE}') !== null`);
    const hasTypes = policy.csp('', '').includes('trusted-types') && !(await shop.run("'trustedTypes' in window"));
    const shows = policy.shows || hasTypes;
    expect(await shop.run(PRICE)).toBe(shows ? `€9.80 ${ticket}` : '€9.80');
    expect([(await shop.text(BADGE)) !== null, (await shop.text(LINE)) !== null]).toEqual([shows, !shows]);
    if (!shows) expect(await shop.text(LINE)).toContain(`${ticket} isn't shown`);
    expect(await shop.run('window.stamp.shown')).toBe(shows);
  });
});
