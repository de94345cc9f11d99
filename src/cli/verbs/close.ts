// stamp close and stamp reopen; `stamp TKT-001 --close`: out of the way, and back again.
import { shell } from '../../platform/shell-quote.js';
import { type Options, textOf } from '../words/options.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { readPreviewLink } from '../stages/links.js';
import { isProduction } from '../stages/print-change.js';
import { stageNamed, type StageOrder, stagesOf } from '../stages/stage-line.js';
import { type Ticket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { TICKET_FIELDS } from '../words/json-shapes.js';

const REASON = ['--reason <text>', 'the reason, for the history'] as const;

export const close: Verb = {
  name: 'close',
  takes: '[ticket]',
  summary: 'Close a ticket',
  description: 'Its preview ends. A release of it stays in production: use stamp revert to take it out.',
  options: [REASON],
  completes: 'ticket',
  json: TICKET_FIELDS,
  examples: [{ run: 'stamp close TKT-1 --reason "No longer needed"', says: 'its preview ends' }],
  run: async (session, [name], options) => {
    const ticket = await change(session, 'close', name, options);
    const line = await stagesOf(session, ticket);
    session.out.result(ticket, () => {
      sayFacts(session.out, `${ticket.key} closed`, [
        ['stage', stageOf(ticket, line)],
        ['next', `${shell`stamp reopen ${ticket.key}`} begins again`],
      ]);
    });
    return undefined;
  },
};

export const reopen: Verb = {
  name: 'reopen',
  takes: '[ticket]',
  summary: 'Reopen a closed or released ticket',
  description: 'It returns to the first stage. What it released stays in production, and a new, empty cycle begins.',
  options: [REASON],
  completes: 'ticket',
  json: TICKET_FIELDS,
  examples: [{ run: 'stamp reopen TKT-4', says: 'work on it continues' }],
  run: async (session, [name], options) => {
    const ticket = await change(session, 'reopen', name, options);
    const line = await stagesOf(session, ticket);
    const link =
      ticket.stage === null ? undefined : await readPreviewLink(session, ticket, stageNamed(line, ticket.stage));
    session.out.result(ticket, () => {
      sayFacts(session.out, `${ticket.key} is open`, [
        ['stage', ticket.stage ?? undefined],
        ['link', link],
        ['next', ticket.stage === null ? shell`stamp show ${ticket.key}` : shell`stamp update ${ticket.key}`],
      ]);
    });
    return undefined;
  },
};

async function change(
  session: Session,
  verb: 'close' | 'reopen',
  name: string | undefined,
  options: Options,
): Promise<Ticket> {
  const { server } = session;
  const reason = textOf(options, 'reason');
  const path = `/api/v1/ticket/{id}/${verb}/` as const;
  const params = { path: { id: await ticketNamed(session, name, options) } };
  return server.of(server.api.POST(path, { params, body: reason === undefined ? {} : { reason } }));
}

const stageOf = ({ stage }: Ticket, line: StageOrder): string | undefined =>
  stage === null
    ? undefined
    : isProduction(line, stage)
      ? `${stage}: what it released stays there`
      : `${stage}, where its preview ended`;
