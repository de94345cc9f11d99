// Hears from the stream what others do to the ticket, so that a watch ends when its modules are frozen and not at the next
// save; and that the server went away, and is back.
import { pause } from '../../client/pause.js';
import { Refusal, type Server, Unreachable } from '../../client/server.js';
import { MessageReader } from '../stream/messages.js';
import { readTicket } from '../ticket-name.js';
import type { Session } from '../session.js';
import type { BegunTicket } from './begin-work.js';
import type { Connection } from './sender.js';
import { closedTicket, frozenTicket, goneTicket } from './ticket-refusal.js';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 2000;

export interface Following {
  readonly session: Session;
  readonly begun: BegunTicket;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Never resolves. Rejects with CliError when the ticket takes no modules any more; Refusal where one may not; the signal's reason. */
export async function followTicket(following: Following): Promise<never> {
  const { session, begun, connection, signal } = following;
  const server = session.serverWith({ patienceMs: 0, signal });
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(LONGEST_DELAY_MS, delay * 2)) {
    const events = await openStream(server, begun.id);
    if (events) {
      connection.back();
      delay = FIRST_DELAY_MS;
      // Whatever happened before there was a stream.
      await requireModules(following);
      for await (const type of eventTypes(events))
        if (type !== 'ticket.modules_changed') await requireModules(following);
      signal.throwIfAborted();
    } else connection.away();
    await pause(delay, signal);
  }
}

/** Undefined where the server isn't there, or has no time. Rejects with Refusal where one may not. */
async function openStream(server: Server, ticket: string): Promise<ReadableStream<Uint8Array> | undefined> {
  try {
    const reply = await server.send(new Request(`${server.url}/stream?ticket=${ticket}`));
    if (reply.status === 401 || reply.status === 403)
      throw new Refusal(reply.status, (await reply.json()) as Record<string, unknown>, server.url);
    return reply.ok ? (reply.body ?? undefined) : undefined;
  } catch (error) {
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}

/** The types of what happens, until the connection ends. */
async function* eventTypes(events: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const types: string[] = [];
  const ignore = (): void => undefined;
  const message = ({ data }: { data: string }): void => {
    const { type } = JSON.parse(data) as { type?: string };
    if (type !== undefined) types.push(type);
  };
  const reader = new MessageReader({ message, id: ignore, retry: ignore });
  try {
    for await (const chunk of events) {
      reader.read(decoder.decode(chunk, { stream: true }));
      yield* types.splice(0);
    }
  } catch {
    // The connection broke: it is made again.
  }
}

/** Rejects with CliError where its modules can't change. A server that is away is asked later. */
async function requireModules({ session, begun, signal }: Following): Promise<void> {
  try {
    const ticket = await readTicket({ ...session, server: session.serverWith({ patienceMs: 0, signal }) }, begun.id);
    if (ticket.closed_at !== null) throw closedTicket(ticket.key);
    if (ticket.stage !== null && ticket.stage !== begun.stage)
      throw frozenTicket(begun, ticket.stage, ticket.stage === begun.production);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) throw goneTicket(begun.key);
    if (!(error instanceof Unreachable) && !(error instanceof Refusal)) throw error;
  }
}
