// Pages of any kind, on an origin of their own: `pages.put('/x', { body: '<!doctype html>…' })`.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OddPage {
  readonly body: string;
  /** Beside the type, which is HTML where none is said. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page whose modules began once its body has `data-ready`; `attributes` of the script that begins them. */
export const html = (head: string, body = '', attributes = ''): string =>
  `<!doctype html><html><head><title>Odd</title>${head}</head><body>${body}${APP.replace('<script', `<script${attributes}`)}</body></html>`;

export const APP = `<script type="module">import 'price'; document.body.dataset.ready = '';</script>`;

export class OddPages {
  private readonly pages = new Map<string, OddPage>();

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<OddPages> {
    const server = http.createServer();
    const pages = new OddPages(server);
    server.on('request', ({ url = '/' }, reply) => {
      const page = pages.pages.get(new URL(url, 'http://localhost').pathname);
      if (!page) return void reply.writeHead(404).end();
      reply.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...page.headers }).end(page.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return pages;
  }

  /** Its URL. */
  put(path: string, page: OddPage): string {
    this.pages.set(path, page);
    return `http://localhost:${(this.server.address() as AddressInfo).port}${path}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
