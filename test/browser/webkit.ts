// WebKitGTK by its WebDriver, in Debian's MiniBrowser: packages webkit2gtk-driver and xvfb. The W3C's protocol is a few HTTP
// calls, of which the stories need seven, so there is no client between (https://www.w3.org/TR/webdriver2/#endpoints).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { AnyTab } from './any-tab.js';

const DRIVER = process.env.WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver';
const SCREEN = process.env.XVFB ?? '/usr/bin/Xvfb';
const STARTS_WITHIN_MS = 30_000;

export const hasWebKit = (): boolean => [DRIVER, SCREEN].every((file) => fs.existsSync(file));

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A screen that nobody sees. The display's number comes on the descriptor 3. */
async function startScreen(): Promise<{ screen: ChildProcess; display: string }> {
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
  const screen = spawn(SCREEN, ['-displayfd', '3', '-screen', '0', '1200x900x24', '-nolisten', 'tcp'], {
    stdio: [...stdio],
  });
  const [number] = (await once(screen.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { screen, display: `:${number.toString().trim()}` };
}

/** Each tab has a driver and a browser of its own, as a driver has one session at a time; nothing is kept between them. */
export class WebKit {
  private readonly tabs: WebKitTab[] = [];

  private constructor(
    private readonly screen: ChildProcess,
    private readonly display: string,
  ) {}

  static async launch(): Promise<WebKit> {
    const { screen, display } = await startScreen();
    return new WebKit(screen, display);
  }

  async newTab(): Promise<AnyTab> {
    // One at a time: two of them are slow enough to look broken.
    await Promise.all(this.tabs.splice(0).map((tab) => tab.close()));
    const tab = await WebKitTab.start(this.display);
    this.tabs.push(tab);
    return tab;
  }

  async close(): Promise<void> {
    await Promise.all(this.tabs.splice(0).map((tab) => tab.close()));
    this.screen.kill();
  }
}

class WebKitTab extends AnyTab {
  private session = '';

  private constructor(
    private readonly driver: ChildProcess,
    private readonly base: string,
  ) {
    super();
  }

  static async start(display: string): Promise<WebKitTab> {
    const port = await freePort();
    const env = { ...process.env, DISPLAY: display, GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' };
    const driver = spawn(DRIVER, [`--port=${port}`], { env, stdio: 'ignore' });
    const tab = new WebKitTab(driver, `http://127.0.0.1:${port}`);
    await tab.listening();
    const { sessionId } = (await tab.call('POST', '/session', { capabilities: { alwaysMatch: {} } })) as {
      sessionId: string;
    };
    tab.session = `/session/${sessionId}`;
    return tab;
  }

  async visit(url: string): Promise<void> {
    await this.call('POST', `${this.session}/url`, { url });
  }

  run(code: string): Promise<unknown> {
    return this.call('POST', `${this.session}/execute/sync`, { script: `return (${code});`, args: [] });
  }

  async press(selector: string, _key: 'Enter'): Promise<void> {
    const found = { using: 'css selector', value: selector };
    const element = (await this.call('POST', `${this.session}/element`, found)) as Record<string, string>;
    await this.call('POST', `${this.session}/element/${Object.values(element)[0]}/value`, { text: '\ue007' });
  }

  async close(): Promise<void> {
    await this.call('DELETE', this.session, undefined).catch(() => undefined);
    this.driver.kill();
  }

  protected async seen(): Promise<Uint8Array> {
    return Buffer.from(String(await this.call('GET', `${this.session}/screenshot`, undefined)), 'base64');
  }

  private async listening(): Promise<void> {
    for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end; await wait(50))
      if (await this.call('GET', '/status', undefined).catch(() => false)) return;
    throw new Error(`${DRIVER} doesn't listen.`);
  }

  private async call(method: string, path: string, body: object | undefined): Promise<unknown> {
    const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const answer = await fetch(this.base + path, { method, ...sent });
    const { value } = (await answer.json()) as { value: unknown };
    if (answer.ok) return value;
    throw new Error(`WebKit: ${method} ${path} is answered ${answer.status} ${JSON.stringify(value).slice(0, 500)}`);
  }
}
