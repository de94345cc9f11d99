// Hears from the stream what others do to the ticket, so that a watch ends when its modules are frozen and not at the next
// save; and that the server went away, and is back.
import { Refusal, Unreachable } from '../../client/server.js';
import type { Session } from '../session/session.js';
import { follow } from '../stream/follow.js';
import { readTicket } from '../tickets/ticket-name.js';
import type { BegunTicket } from './open-work-ticket.js';
import type { Connection } from './sender.js';
import { closedTicket, frozenTicket, goneTicket } from './ticket-refusal.js';

export interface Following {
  readonly session: Session;
  readonly begun: BegunTicket;
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** Never resolves. Rejects with CliError when the ticket takes no modules any more; with Refusal; with the signal's reason. */
export async function followTicket(following: Following): Promise<never> {
  const { session, begun, connection, signal } = following;
  const ended = new AbortController();
  let asked = Promise.resolve();
  const ask = (): void => {
    asked = asked.then(() => requireModules(following)).catch((error: unknown) => ended.abort(error));
  };
  const both = AbortSignal.any([signal, ended.signal]);
  await follow({
    url: `${session.settings.url}/stream?ticket=${begun.id}`,
    patient: session.serverWith({ patienceMs: 0, signal: both }),
    signal: both,
    lost: () => connection.away(),
    connected: () => {
      connection.back();
      // Whatever happened before there was a stream.
      ask();
    },
    heard: ({ data }) => {
      const { type } = session.server.eventIn<{ readonly type?: string }>(data);
      if (type !== 'ticket.modules_changed') ask();
      return true;
    },
  });
  throw both.reason as Error;
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
    if (error instanceof Refusal && [401, 403].includes(error.status)) throw error;
    if (!(error instanceof Unreachable) && !(error instanceof Refusal)) throw error;
  }
}
