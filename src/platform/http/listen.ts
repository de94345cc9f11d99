// Listening. `localhost` means both loopback addresses, served by one HTTP server: Fastify would start a second one for ::1,
// without our time limits' replies and without waiting for its requests at shutdown.
import type { FastifyInstance } from 'fastify';
import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { StartError } from '../database/start-error.js';

export interface Listening {
  /** The port that was taken where 0 was asked for. */
  readonly port: number;
  /** Takes no connections any more; those that are there stay. */
  stop(): void;
}

/** Rejects with StartError, in one line, where the port can't be had. */
export async function listen(server: FastifyInstance, host: string, port: number): Promise<Listening> {
  const http = server.server;
  await server.listen({ port, host: host === 'localhost' ? '127.0.0.1' : host }).catch(explain(host, port));
  const other = host === 'localhost' ? await listenOnSixToo(http) : undefined;
  return {
    port: (http.address() as AddressInfo).port,
    stop: () => {
      other?.close();
      http.close();
    },
  };
}

/** Hands ::1's connections to the server of 127.0.0.1. A machine without IPv6 does without. */
async function listenOnSixToo(http: HttpServer): Promise<Server | undefined> {
  const { port } = http.address() as AddressInfo;
  const six = createServer({ noDelay: true }, (socket) => void http.emit('connection', socket));
  try {
    await new Promise<void>((resolve, reject) => {
      six.once('error', reject);
      six.listen({ port, host: '::1' }, resolve);
    });
    return six;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return explain('[::1]', port)(error);
    return undefined;
  }
}

const explain =
  (host: string, port: number) =>
  (error: unknown): never => {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is in use by another program. Stop that program, or choose another port: PORT=${port + 1} npm start.`,
      );
    }
    if (code === 'EACCES') {
      throw new StartError(
        `Port ${port} needs permission that this user doesn't have. Choose one above 1023: PORT=8000 npm start.`,
      );
    }
    throw new StartError(`Can't listen on ${host}:${port}: ${message}.`);
  };
