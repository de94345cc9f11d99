// Which subticket is meant: its id, its URI, or with a ticket the name of its source package.
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Options } from '../words/options.js';
import type { Session } from '../session/session.js';
import { hasTicket, ticketNamed } from './ticket-name.js';
import { liveSubtickets, readFull } from './whole-ticket.js';

/** Its id. Rejects with usage; CliError where the ticket has no such package. */
export async function subticketNamed(session: Session, word: string | undefined, options: Options): Promise<string> {
  if (word === undefined) throw usage('Name a subticket by its id: stamp sub list TKT-1 shows them.');
  const [id] = /^\d+$/.exec(word) ?? [/\/subticket\/(\d+)\/?$/.exec(word)?.[1]];
  if (id !== undefined) return id;
  if (!(await hasTicket(session, options)))
    throw usage(`'${word}' is not the id of a subticket. With -t TKT-1 you can use the name of its source package.`);
  const ticket = await readFull(session, await ticketNamed(session, undefined, options));
  const live = liveSubtickets(ticket);
  const found = live.find((one) => one.source_package_upload?.sourcepackage.name === word);
  if (found) return String(found.id);
  const names = live.map((one) => one.source_package_upload?.sourcepackage.name).filter(Boolean);
  const there = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
  throw new CliError(`${ticket.key} has no subticket for ${word}: ${there}.`, EXIT.notFound);
}
