// A tab of any browser, by what a story looks at. Code for the page is text: types know no DOM here.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const WITHIN_MS = 30_000;

export abstract class AnyTab {
  /** Resolves when the page has loaded, whether its modules ran or not. */
  abstract visit(url: string): Promise<void>;

  /** The value of an expression, and where that is a promise what it comes to. */
  abstract run(code: string): Promise<unknown>;

  /** A key on an element that can have the focus. */
  abstract press(selector: string, key: 'Enter'): Promise<void>;

  /** A PNG of what is seen. */
  protected abstract seen(): Promise<Uint8Array>;

  /** Resolves when the shop is on the page. */
  async open(url: string): Promise<void> {
    await this.visit(url);
    await this.ready();
  }

  ready(): Promise<void> {
    return this.until('document.querySelector("body[data-ready]") !== null');
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

  /** Resolves when the code is true on the page. */
  async until(code: string): Promise<void> {
    for (const end = Date.now() + WITHIN_MS; Date.now() < end; await wait(100)) if (await this.run(code)) return;
    throw new Error(`Not true within ${WITHIN_MS} ms: ${code}`);
  }

  /** A picture for people, where STAMPLINE_SCREENSHOTS names a folder. */
  async picture(name: string): Promise<void> {
    const folder = process.env.STAMPLINE_SCREENSHOTS;
    if (!folder) return;
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${name}.png`), await this.seen());
  }
}

export const one = (selector: string): string => `document.querySelector(${JSON.stringify(selector)})`;
