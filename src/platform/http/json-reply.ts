// Sends JSON text as it is, labelled `application/json` without a charset, which JSON doesn't have (RFC 8259, section 11).
import type { FastifyReply } from 'fastify';

/**
 * Letters of what isn't kept as a string while a client takes its time: strings live in V8's heap, whose limit ends the
 * process; bytes live outside of it.
 */
const LONG = 64 * 1024;

const asItIs = (text: unknown): string => text as string;

const ofOneReply = new WeakSet<Buffer>();

/** True for bytes that were made for one client: what is kept for many costs nothing more for each. */
export const isOfOneReply = (bytes: Buffer): boolean => ofOneReply.has(bytes);

/** The text as it waits for a client. */
export function outsideHeap(text: string): string | Buffer {
  if (text.length <= LONG) return text;
  const bytes = Buffer.from(text);
  ofOneReply.add(bytes);
  return bytes;
}

export function sendJsonText(reply: FastifyReply, text: string, type = 'application/json'): void {
  void reply.header('content-type', type).serializer(asItIs).send(outsideHeap(text));
}
