// stamp status: where a ticket is, and moving it.
import { shell, words } from '../../platform/shell-quote.js';
import { usage } from '../words/cli-error.js';
import type { Options } from '../words/options.js';
import type { Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { isFailed, isStep, nameOf, positionText, statusNamed, statusOf, stepNamed } from '../tickets/steps.js';
import { hasTicket, readTicket, type Ticket, ticketKey, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { WAIT_OPTIONS, waitAsAsked } from '../tickets/wait.js';
import { TICKET_FIELDS } from '../words/json-shapes.js';

export const status: Verb = {
  name: 'status',
  takes: '[ticket] [step] [status]',
  summary: 'Show where a ticket is, or move it to a step',
  description:
    'Without a step it only shows. A step is a number or its name (300, image-building). The status is 000 unless you give one: 001 to 998 for your own use, 1000 for done. With -t the first word is the step; a bare number is a step where there is one of that number, unless all three words are given. Piped: key, step, status and the name of the step, with tabs between.',
  completes: 'ticket',
  options: [...WAIT_OPTIONS],
  json: TICKET_FIELDS,
  examples: [
    { run: 'stamp status TKT-1', says: 'where it is' },
    { run: 'stamp status TKT-1 200 100', says: 'moves it to Package Building, under way' },
    { run: 'stamp status image-building -t TKT-1', says: 'by the name of the step' },
    {
      run: "stamp status TKT-1 --wait 'step>=300' --timeout 30s",
      says: 'as soon as it is there; 5 when it failed, 8 when not',
    },
  ],
  run: async (session, args, options) => {
    const { out } = session;
    const { key, move } = await asked(session, args, options);
    if (move)
      await session.server.of(
        session.server.api.PATCH('/api/v1/updateticketstatus/{id}/', { params: { path: { id: key } }, body: move }),
      );
    const waited = await waitAsAsked(session, key, options);
    const ticket = waited?.ticket ?? (await readTicket(session, key));
    out.result(ticket, () => sayPosition(out, ticket));
    if (waited?.instead) out.error(waited.instead);
    return waited?.exit;
  },
};

/** Piped: key, step, status, and the step's name, which may have blanks. */
export function sayPosition(out: Output, ticket: Ticket): void {
  const { key, current_workflow_step: step, status } = ticket;
  if (!out.isTerminal) return out.cells([key, step, status, nameOf(step)]);
  const why = isFailed(ticket) && ticket.failure?.summary ? `: ${ticket.failure.summary}` : '';
  out.say(
    `${out.paint('bold', key)} is at ${out.paint(isFailed(ticket) ? 'red' : 'green', positionText(ticket))}${why}`,
  );
}

interface Asked {
  readonly key: string;
  readonly move: { readonly current_workflow_step: string; readonly status: string } | undefined;
}

async function asked(session: Session, args: readonly string[], options: Options): Promise<Asked> {
  const [first] = args;
  const named = first !== undefined && namesTicket(args, options);
  const [step, status] = named ? args.slice(1) : args;
  if (!named && args.length > 2) throw usage(`'${first}' is not a ticket: stamp status TKT-1 300 000`);
  if (!named && first !== undefined && !(await hasTicket(session, options)))
    throw usage(`Which ticket? ${shell`stamp status TKT-1 ${words(args)}`}`);
  const key = await ticketNamed(session, named ? first : undefined, options);
  if (step === undefined) return { key, move: undefined };
  const to = stepNamed(step);
  return {
    key,
    move: { current_workflow_step: to, status: status === undefined ? statusOf(to) : statusNamed(status) },
  };
}

/** Whether the first word is the ticket: a key or URI always, a number where all three are given or it is no step's. */
function namesTicket(args: readonly string[], options: Options): boolean {
  const [first = ''] = args;
  if (/^\d+$/.test(first)) return args.length === 3 || (options.ticket === undefined && !isStep(first));
  try {
    ticketKey(first, '');
    return true;
  } catch {
    return false;
  }
}
