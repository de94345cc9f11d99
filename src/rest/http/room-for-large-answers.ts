// Answers that are no lists and large all the same, such as the diff of a ticket with thousands of keys, have their share of the
// memory for lists too: without it, clients that don't read would have one each, without end. Of a write the work is done by
// now, so its answer waits for nothing.
import type { FastifyInstance } from 'fastify';
import { isOfOneReply } from '../../platform/http/json-reply.js';
import { isSafe } from '../../platform/http/safe-methods.js';
import { PAGE_BYTES } from '../reading/pieces.js';
import type { ListsRoom } from './lists-room.js';

/** `room` is asked for with the first large answer: the hook is there before the application is. */
export function keepRoomForLargeAnswers(server: FastifyInstance, room: () => ListsRoom): void {
  let known: ListsRoom | undefined;
  server.addHook('onSend', (request, reply, payload, done) => {
    if (!Buffer.isBuffer(payload) || payload.length <= PAGE_BYTES || !isOfOneReply(payload)) return done();
    known ??= room();
    if (!isSafe(request.method) || known.hasShare(reply)) return done();
    known.enter(request, reply, payload.length).then(
      () => done(),
      (error: Error) => {
        // What was to be said of the answer isn't so of the refusal.
        void reply.removeHeader('etag');
        done(error);
      },
    );
  });
}
