// Follows the stream over everything that comes between: a server that restarts, a network that goes away. Each event once.
import { pause } from '../../client/pause.js';
import { Refusal, type Server } from '../../client/server.js';
import { type Message, MessageReader } from './messages.js';

/** The server says something at least every 15 s: a connection that is silent for longer is dead. */
const SILENCE_MS = 45_000;
const RETRY_MS = 1000;
/** What a server may ask for: no busy loop, and no timer that is too long to be one. */
const [SHORTEST_RETRY_MS, LONGEST_RETRY_MS] = [100, 60_000];

export interface Follow {
  /** Of /stream, with its filters and where to begin. */
  readonly url: string;
  /** For the first connection, where a server that isn't there is an error; without it, it may be away from the start. */
  readonly server?: Server;
  /** For those after it. */
  readonly patient: Server;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** False ends it. */
  readonly heard: (message: Message) => boolean;
  /** The connection was lost. */
  readonly lost: () => void;
  /** There is a connection: `id` is the last event that was heard; `again` where one was lost before. */
  readonly connected: (id: string | undefined, again: boolean) => void;
}

/** Resolves when `heard` has enough. Rejects with Refusal; Unreachable where the first connection of `server` fails; the signal's reason. */
export async function follow({ url, server, patient, signal, heard, lost, connected }: Follow): Promise<void> {
  let id: string | undefined;
  let retryMs = RETRY_MS;
  let enough = false;
  const reader = (): MessageReader =>
    new MessageReader({
      message: (message) => (enough ||= !heard(message)),
      id: (said) => (id = said),
      retry: (ms) => (retryMs = Math.min(Math.max(ms, SHORTEST_RETRY_MS), LONGEST_RETRY_MS)),
    });
  let again = false;
  for (let asked = server; ; asked = undefined) {
    const connection = new Connection(signal);
    try {
      const headers = { accept: 'text/event-stream', ...(id === undefined ? {} : { 'last-event-id': id }) };
      const request = new Request(url, { headers, signal: connection.signal });
      const body = await bodyOf(await (asked ?? patient).send(request), patient.url);
      connected(id, again);
      again = true;
      await connection.read(body, reader(), () => enough);
    } catch (error) {
      signal.throwIfAborted();
      if (asked || (error instanceof Refusal && !error.isNotNow)) throw error;
    } finally {
      connection.end();
    }
    if (enough) return;
    lost();
    await pause(retryMs, signal);
  }
}

/** Rejects with Refusal. */
async function bodyOf(response: Response, url: string): Promise<ReadableStream<Uint8Array>> {
  if (response.ok && response.body) return response.body;
  const text = await response.text();
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    body = { error: text.slice(0, 200) };
  }
  throw new Refusal(response.status, body, url);
}

/** One connection, ended when nothing comes for too long. */
class Connection {
  private readonly silent = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.silent.signal]);
  }

  /** Resolves when the server ends it, when `enough`, or when it breaks. */
  async read(body: ReadableStream<Uint8Array>, reader: MessageReader, enough: () => boolean): Promise<void> {
    const decoder = new TextDecoder();
    this.stillThere();
    for await (const bytes of body) {
      this.stillThere();
      reader.read(decoder.decode(bytes, { stream: true }));
      if (enough()) return;
    }
  }

  private stillThere(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.silent.abort(new Error('The stream stopped sending.')), SILENCE_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    this.silent.abort();
  }
}
