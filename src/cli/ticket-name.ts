// Which ticket is meant: a key (`TKT-001`), its number (`1`), or its URI; and how its view is asked for.
import type { components } from '../client/schema.js';
import { usage } from './cli-error.js';
import { type Options, textOf } from './options.js';
import type { Session } from './session.js';

export type Ticket = components['schemas']['Ticket'];

/** The argument, or --ticket. Rejects with usage where there is neither, or both and they differ. */
export function ticketNamed({ settings }: Session, argument: string | undefined, options: Options): string {
  const flag = textOf(options, 'ticket');
  if (argument !== undefined && flag !== undefined && argument !== flag)
    throw usage(`Two tickets are named, ${argument} and ${flag}: say one.`);
  const name = argument ?? flag;
  if (name === undefined) throw usage('Which ticket? Say its key: TKT-1.');
  return ticketKey(name, settings.prefix);
}

/** `7` → `TKT-7`; `/api/v1/ticket/7/` → its id; a key stays as it is. */
export function ticketKey(name: string, prefix: string): string {
  const uri = /\/api\/v1\/\w+\/(\d+)\/?$/.exec(name);
  if (uri?.[1]) return uri[1];
  if (/^\d+$/.test(name)) return `${prefix}-${name}`;
  if (/^[A-Za-z][\w.-]*-\d+$/.test(name)) return name;
  throw usage(`'${name}' is no ticket: a ticket's key looks like ${prefix}-1.`);
}

/** Its view. Rejects with Refusal 404 where there is none. */
export const readTicket = ({ server }: Session, name: string): Promise<Ticket> =>
  server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path: { id: name } } }));
