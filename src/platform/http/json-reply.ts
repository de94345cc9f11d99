// Sends JSON text as it is, labelled `application/json` without a charset, which JSON doesn't have (RFC 8259, section 11).
import type { FastifyReply } from 'fastify';

const asItIs = (text: unknown): string => text as string;

export function sendJsonText(reply: FastifyReply, text: string, type = 'application/json'): void {
  void reply.header('content-type', type).serializer(asItIs).send(text);
}
