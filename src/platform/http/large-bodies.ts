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

/** How many wait, and how long at most. */
export interface BodyQueue {
  readonly waiting: number;
  readonly ms: number;
  /** Bodies that are smaller take no turn; in bytes. */
  readonly from: number;
}

const LISTS: BodyQueue = { waiting: 16, ms: 20_000, from: 0 };
/** Maps of more than some thousand entries: one takes a second or two, and holds its writers' queue as long. */
const MAPS: BodyQueue = { waiting: 4, ms: 10_000, from: 256 * 1024 };
/** Lists of modules that are elsewhere, as JSON; forms with files are read as they come, and take no turn. */
const MODULES = '/api/v1/ticket/:id/modules';
const MAP_URLS: ReadonlySet<string> = new Set(['/import-map.json', '/p/:project/import-map.json']);

const busy = (): DomainError =>
  new DomainError('unavailable', 'body.busy', 'The server is busy with other large requests. Send the request again.', {
    retryAfter: 10,
  });

/** Given back when the request's work is over, or where it came to none, when its connection is done. */
interface BodyTurn {
  isWorking: boolean;
  giveBack(): void;
}

/** One at a time. */
export class Turns {
  private readonly waiting = new Set<() => void>();
  private taken = false;

  constructor(private readonly queue: BodyQueue) {}

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
    if (this.waiting.size >= this.queue.waiting) throw busy();
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
      const timer = setTimeout(leave, this.queue.ms);
      gone.addEventListener('abort', leave);
      this.waiting.add(go);
    });
  }
}

function queueOf({ url, method }: RouteOptions): BodyQueue | undefined {
  const methods = [method].flat();
  if (LARGE_BODIES.has(url) && methods.includes('PUT')) return LISTS;
  if (url === MODULES && methods.includes('POST')) return MAPS;
  return MAP_URLS.has(url) && methods.includes('PATCH') ? MAPS : undefined;
}

/** For each such URL of a server. */
export function readLargeBodiesInTurn(route: RouteOptions): void {
  const queue = queueOf(route);
  if (!queue) return;
  const turns = new Turns(queue);
  route.preParsing = async (request: FastifyRequest, reply: FastifyReply, payload) => {
    const { 'content-length': length = queue.from, 'content-type': type = '' } = request.headers;
    if (Number(length) < queue.from || /^multipart\//i.test(type)) return payload;
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
