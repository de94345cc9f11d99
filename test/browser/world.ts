// Everything that a story needs: Stampline with the shop in production, the shop's pages on an origin of their own, and
// what stands in front of Stampline.
import fs from 'node:fs';
import type { Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startShop } from '../../examples/shop/serve.mjs';
import { sourceOf, Stampline } from '../../examples/shop/stampline.mjs';
import { startTestServer, type TestServer } from '../setup/test-server.js';
import { PRODUCTION_HOST } from './browsers.js';
import { Front } from './front.js';

export class World {
  private readonly shops: Server[] = [];

  private constructor(
    readonly server: TestServer,
    /** Browsers reach Stampline through it. */
    readonly front: Front,
    /** Another host that has the modules, too. */
    readonly cdn: Front,
    readonly stampline: Stampline,
    private readonly folder: string,
  ) {}

  /** With the shop in production. */
  static async start(): Promise<World> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'stampline-browser-'));
    const server = await startTestServer({ dataFolder: folder });
    const [front, cdn] = [await new Front(server.base).start(), await new Front(server.base).start()];
    const world = new World(server, front, cdn, new Stampline(front.origin), folder);
    await world.toProduction(await world.stampline.shop('Tea shop'));
    return world;
  }

  /** The shop's pages; `head` makes of Stampline's snippet what stands in them, `policy` is another than the shop's own, made for each page's nonce. */
  async pages(head?: (snippet: string) => string, policy?: (nonce: string) => string): Promise<Pages> {
    const shop = await startShop({
      port: 0,
      stampline: this.front.origin,
      ...(head ? { head } : {}),
      ...(policy === undefined ? {} : { policy }),
    });
    this.shops.push(shop.server);
    return { url: shop.url, production: shop.url.replace('localhost', PRODUCTION_HOST) };
  }

  /** A ticket in dev whose module says so: prices end in its key. */
  async pricedTicket(): Promise<string> {
    const ticket: string = await this.stampline.ticket('Prices that tell');
    await this.price(ticket, ` ${ticket}`);
    return ticket;
  }

  /** Uploads a module `price` that ends prices in `mark`. */
  async price(ticket: string, mark: string): Promise<any> {
    return this.stampline.module(ticket, 'price', await priceEndingIn(mark));
  }

  async toProduction(ticket: string): Promise<void> {
    await this.stampline.promote(ticket);
    await this.stampline.promote(ticket);
  }

  /** Resolves when stamp.js has them. */
  previewOn(origins: Record<string, string[]>): Promise<void> {
    return this.settle({ preview_origins: origins }, `"previews":${JSON.stringify(origins)}`);
  }

  /** Where maps say that modules are. Resolves when stamp.js has it. */
  modulesFrom(origin: string): Promise<void> {
    return this.settle({ modules_url: origin }, `${origin}/modules/`);
  }

  /** The project's settings, as a whole; resolves when stamp.js has the text. */
  private async settle(settings: object, text: string): Promise<void> {
    const { http } = this.server;
    const project = '/api/v1/project/1/';
    const { headers } = await http.get(project).expect(200);
    await http.patch(project).set('If-Match', String(headers.etag)).send({ settings }).expect(202);
    const has = async (): Promise<boolean> =>
      (await (await fetch(`${this.front.origin}/stamp.js`)).text()).includes(text);
    while (!(await has())) await wait(50);
  }

  async stop(): Promise<void> {
    for (const shop of this.shops) {
      shop.closeAllConnections();
      shop.close();
    }
    this.front.stop();
    this.cdn.stop();
    await this.server.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Pages {
  /** Without a slash at its end. */
  readonly url: string;
  /** The same pages where users see them. */
  readonly production: string;
}

export async function priceEndingIn(mark: string): Promise<string> {
  return (await sourceOf('price')).replace('cents / 100)', `cents / 100) + ${JSON.stringify(mark)}`);
}
