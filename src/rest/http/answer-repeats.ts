// A repeat with an Idempotency-Key gets its answer before anything is looked up (promise 4): what it was about may be gone by
// now, or changed, or refused by rules that are younger than it. Who may call the operation is asked before, as always. Of a
// form only its reader knows whether it is the same: `repeatOf` is asked there once more.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isSafe } from '../../platform/http/safe-methods.js';
import { isKeyText, type Idempotency } from '../writing/idempotency.js';
import { keyedRequest, sendAnswer } from './reply.js';

/** `keys` are asked for with the first repeat: the hook is there before the application is. Of a request without one it is no promise. */
export function answerRepeats(server: FastifyInstance, keys: () => Idempotency): void {
  let known: Idempotency | undefined;
  server.addHook('preHandler', (request, reply, done) => {
    const header = request.headers['idempotency-key'];
    // A header that can't be a key is refused by the operations that take one.
    if (header === undefined || isSafe(request.method) || !isKeyText([header].flat().join())) return done();
    answered(request, reply, (known ??= keys())).then(
      (isAnswered) => {
        if (!isAnswered) done();
      },
      (error: unknown) => done(error as Error),
    );
  });
}

async function answered(request: FastifyRequest, reply: FastifyReply, keys: Idempotency): Promise<boolean> {
  const kept = await keys.repeatOf(keyedRequest(request));
  if (kept !== undefined) sendAnswer(request, reply, kept);
  return kept !== undefined;
}
