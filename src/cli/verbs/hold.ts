// stamp hold and stamp unhold: nothing promotes a held ticket.
import { shell } from '../../platform/shell-quote.js';
import { usage } from '../words/cli-error.js';
import { timeFor } from '../words/local-time.js';
import { type Options, textOf } from '../words/options.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { HELD_FIELDS } from '../words/json-shapes.js';

/** Of a hold and of a lock. */
export const HOLD_OPTIONS: readonly OptionLine[] = [
  ['--reason <text>', 'the reason, for people who find the hold'],
  ['--until <time>', 'when it ends: 30m, 2h, 3d, or 2026-12-24T08:00Z'],
];

export const hold: Verb = {
  name: 'hold',
  takes: '[ticket]',
  summary: 'Hold a ticket: it is not promoted until the hold is lifted',
  options: HOLD_OPTIONS,
  completes: 'ticket',
  json: HELD_FIELDS,
  examples: [{ run: 'stamp hold TKT-1 --reason "Waits for the release notes" --until 2h', says: 'it is not promoted' }],
  run: async (session, [name], options) => {
    const { server, out } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const body = holdBody(options);
    const held = await server.of(server.api.POST('/api/v1/ticket/{id}/hold/', { params: { path }, body }));
    out.result(held, () => sayHeld(session, `${held.key} is held`, held.hold, shell`stamp unhold ${held.key}`));
    return undefined;
  },
};

export const unhold: Verb = {
  name: 'unhold',
  takes: '[ticket]',
  summary: 'Lift the hold of a ticket',
  options: [['--reason <text>', 'the reason, for the history']],
  completes: 'ticket',
  json: HELD_FIELDS,
  examples: [{ run: 'stamp unhold TKT-1', says: 'it can be promoted again' }],
  run: async (session, [name], options) => {
    const { server, out } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const body = reasonBody(options);
    const held = await server.of(server.api.POST('/api/v1/ticket/{id}/unhold/', { params: { path }, body }));
    out.result(held, () => out.say(`${held.key} was not held.`));
    return undefined;
  },
};

/** Rejects with usage without a reason. */
export function holdBody(options: Options): { reason: string; until?: string } {
  const [reason, until] = [textOf(options, 'reason')?.trim(), textOf(options, 'until')];
  if (!reason) throw usage('Give a reason for people who find the hold: --reason "…"');
  return { reason, ...(until === undefined ? {} : { until }) };
}

export const reasonBody = (options: Options): { reason?: string } => {
  const reason = textOf(options, 'reason');
  return reason === undefined ? {} : { reason };
};

interface Held {
  readonly actor: string;
  readonly reason: string;
  readonly until: string | null;
}

/** `lifts`: the command that ends it. */
export function sayHeld({ out }: Session, headline: string, held: Held | null, lifts: string): void {
  sayFacts(out, headline, [
    ['by', held?.actor],
    ['why', held?.reason],
    ['until', held?.until ? timeFor(out, held.until) : 'it is lifted'],
    ['lift', lifts],
  ]);
}
