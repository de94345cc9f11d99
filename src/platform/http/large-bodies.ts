// Bodies that are large are read one after the other: each may take what memory there is for one. Who comes meanwhile waits
// with its body unread, for a while, and is then told to come again.
import type { FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { DomainError } from '../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The turn to have a large body in memory. */
    bodyTurn?: BodyTurn;
  }
}

/** URLs whose bodies are large, and come to their handlers as bytes. */
export const LARGE_BODIES: ReadonlySet<string> = new Set(['/api/v1/package-list']);

const MOST_WAITING = 16;
const PATIENCE_MS = 20_000;

const busy = (): DomainError =>
  new DomainError('unavailable', 'body.busy', 'Other large requests are being worked on. Send it again.', {
    retryAfter: 10,
  });

/** Given back when the request's work is over, or where it came to none, when its connection is done. */
interface BodyTurn {
  isWorking: boolean;
  giveBack(): void;
}

class Turns {
  private readonly waiting = new Set<() => void>();
  private taken = false;

  /** Rejects with unavailable. */
  async take(gone: AbortSignal): Promise<() => void> {
    if (this.taken) await this.wait(gone);
    this.taken = true;
    let over = false;
    return () => {
      if (over) return;
      over = true;
      this.taken = false;
      const [next] = this.waiting;
      next?.();
    };
  }

  private async wait(gone: AbortSignal): Promise<void> {
    if (this.waiting.size >= MOST_WAITING) throw busy();
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => (): void => {
        this.waiting.delete(go);
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
        settle();
      };
      // Taken at once, or who comes in between would have it too.
      const go = end(() => {
        this.taken = true;
        resolve();
      });
      const leave = end(() => reject(busy()));
      const timer = setTimeout(leave, PATIENCE_MS);
      gone.addEventListener('abort', leave);
      this.waiting.add(go);
    });
  }
}

/** For each such URL of a server. */
export function readLargeBodiesInTurn(route: RouteOptions): void {
  if (!LARGE_BODIES.has(route.url) || ![route.method].flat().includes('PUT')) return;
  const turns = new Turns();
  route.preParsing = async (request: FastifyRequest, reply: FastifyReply, payload) => {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
      if (!request.bodyTurn?.isWorking) request.bodyTurn?.giveBack();
    });
    const giveBack = await turns.take(gone.signal);
    request.bodyTurn = { isWorking: false, giveBack };
    if (gone.signal.aborted) giveBack();
    return payload;
  };
}

/** Works with a large body: the next one is read when that is over, whether or not the client is still there. */
export async function inBodyTurn<Result>(request: FastifyRequest, work: () => Promise<Result>): Promise<Result> {
  const turn = request.bodyTurn;
  if (turn) turn.isWorking = true;
  try {
    return await work();
  } finally {
    turn?.giveBack();
  }
}
