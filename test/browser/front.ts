// What stands between a browser and a server: passes everything on as it came, keeps a list of it, and can be away.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passed {
  readonly path: string;
  readonly status: number;
  /** Of the body, as it went over the wire. */
  readonly bytes: number;
}

export class Front {
  readonly passed: Passed[] = [];
  /** Answers these by itself. */
  readonly own = new Map<string, string>();
  away = false;
  /** As a CDN that keys by the path alone: every map is production's. */
  leavesQueryOut = false;
  private readonly server: http.Server;

  /** `to`: the origin behind. */
  constructor(private readonly to: string) {
    this.server = http.createServer((request, reply) => this.pass(request, reply));
  }

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get origin(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Paths of the modules that were asked for since. */
  modules(since = 0): string[] {
    return this.passed.slice(since).flatMap(({ path }) => (path.startsWith('/modules/') ? [path] : []));
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private pass(request: http.IncomingMessage, reply: http.ServerResponse): void {
    if (this.away) return void request.socket.destroy();
    const path = request.url ?? '/';
    const own = this.own.get(path);
    if (own !== undefined) {
      reply.writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' }).end(own);
      return;
    }
    const asked = this.leavesQueryOut ? path.replace(/\?.*$/, '') : path;
    const behind = http.request(this.to + asked, { method: request.method ?? 'GET', headers: request.headers });
    behind.on('response', (answer) => {
      let bytes = 0;
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => this.passed.push({ path, status: answer.statusCode ?? 502, bytes }));
      answer.pipe(reply);
    });
    behind.on('error', () => reply.destroy());
    request.pipe(behind);
  }
}
