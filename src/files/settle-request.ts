// A form that is refused before its end: the client is still sending, and closing at once would reset what it reads.
import type { FastifyReply } from 'fastify';
import type { IncomingMessage } from 'node:http';

/** How long, and how much, a client may go on sending into nothing. */
const LINGER_MS = 2000;
const LINGER_BYTES = 64 * 1024 * 1024;

/** Resolves when the request has ended or enough was waited; the connection ends with the reply where it hasn't. */
export async function settleRequest(request: IncomingMessage, reply: FastifyReply): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  void reply.header('connection', 'close');
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LINGER_MS).unref();
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > LINGER_BYTES) done();
    });
    for (const event of ['end', 'close', 'error']) request.once(event, done);
    request.resume();
  });
}
