// stamp diff: what a ticket changes in the import map, key by key, and what of it somebody else overtook.
import { type Options, textOf } from '../words/options.js';
import { sayTable } from '../output/table.js';
import type { Session } from '../session/session.js';
import { nameOf } from '../stages/print-change.js';
import type { TicketDiff } from '../stages/shapes.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { fieldsOf } from '../words/json-fields.js';

export const diff: Verb = {
  name: 'diff',
  takes: '[ticket]',
  summary: 'Show what a ticket changes in the import map',
  description: 'Compared with production, unless you name other sides: a stage (qa), or a release (release:7 or 7).',
  options: [
    ['--from <side>', 'one side (default: production)'],
    ['--to <side>', "the other (default: the ticket's stage)"],
  ],
  completes: 'ticket',
  json: fieldsOf<TicketDiff>({ from: true, to: true, release: true, changes: true }),
  examples: [
    { run: 'stamp diff TKT-1', says: 'compared with production now' },
    { run: 'stamp diff TKT-1 --from release:0 --to prod', says: 'everything that was released' },
  ],
  run: async (session, [name], options) => {
    const { out } = session;
    const found = await readDiff(session, await ticketNamed(session, name, options), options);
    out.result(found, () => {
      if (found.changes.length === 0) out.note(`Nothing differs between ${found.from} and ${found.to}.`);
      sayTable(
        out,
        ['module', 'change', 'state', found.to],
        found.changes.map((one) => [nameOf(one), one.change, stateOf(one), one.to?.url ?? '']),
      );
    });
    return undefined;
  },
};

/** `options`: --from and --to. Rejects with Refusal 400 where a side is none. */
export function readDiff({ server }: Session, id: string, options: Options): Promise<TicketDiff> {
  const [from, to] = ['from', 'to'].map((name) => sideOf(textOf(options, name)));
  const query = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return server.of(server.api.GET('/api/v1/ticket/{id}/diff/', { params: { path: { id }, query } }));
}

/** `7` → `release:7` */
const sideOf = (text: string | undefined): string | undefined =>
  text !== undefined && /^\d+$/.test(text) ? `release:${text}` : text;

const stateOf = ({ state, overtakes }: TicketDiff['changes'][number]): string =>
  state === 'stale' ? `overtaken by ${overtakes ?? 'a direct write'}` : (state ?? '');
