// A proxy that ends TLS, as one stands before a server in production: it says in X-Forwarded-* who called it, how and by which
// name, and replaces what a client says of that.
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { FIRST } from './certificates.js';

export interface TlsProxy {
  readonly port: number;
  stop(): Promise<void>;
}

/** `target` is the server's `http://127.0.0.1:<port>`. */
export async function startTlsProxy(target: string): Promise<TlsProxy> {
  const { hostname, port } = new URL(target);
  const server = https.createServer({ cert: FIRST.cert, key: FIRST.key }, (request, reply) => {
    const headers = {
      ...request.headers,
      host: `${hostname}:${port}`,
      'x-forwarded-for': request.socket.remoteAddress,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': request.headers.host,
    };
    const { method, url: path } = request;
    const onward = http.request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      reply.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(reply);
    });
    onward.on('error', () => reply.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
