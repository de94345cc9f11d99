// stamp list: tickets, newest first.
import { usage } from '../words/cli-error.js';
import { since } from '../words/local-time.js';
import { type Options, textOf } from '../words/options.js';
import type { Output } from '../output/output.js';
import { sayTable } from '../output/table.js';
import type { Session } from '../session/session.js';
import { isFailed, stepNamed, stepText } from '../tickets/steps.js';
import type { Ticket } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { TICKET_FIELDS } from '../words/json-shapes.js';

const DEFAULT_LIMIT = 50;
const LARGEST_PAGE = 1000;

/** With the fields that a row shows; `opentickets` has the same. */
type Listed = Omit<Ticket, 'resource_uri'>;

export const list: Verb = {
  name: 'list',
  summary: 'List tickets: the open ones, newest first',
  description:
    'Open tickets are neither failed nor complete nor closed; --step 999 lists those that failed. Piped: key, step, status, stage, owner and title, with tabs between.',
  options: [
    ['--open', 'open tickets (default, unless --all or --step is given)'],
    ['--all', 'closed, failed and complete ones, too'],
    ['--step <step>', 'tickets at this step: a number or a name'],
    ['--owner <email>', 'tickets of this owner'],
    ['--stage <stage>', 'tickets whose modules are at this stage'],
    ['--limit <n>', `how many at most; 0 means all (default: ${DEFAULT_LIMIT})`],
    ['--order <field>', 'sort by this field of a ticket, -field in reverse (default: -id)'],
  ],
  json: TICKET_FIELDS,
  examples: [
    { run: 'stamp list', says: 'what is open' },
    { run: 'stamp list --owner alice@example.com --all', says: 'everything of hers' },
    { run: 'stamp list --step 999', says: 'what failed' },
    { run: 'stamp list --stage qa --json=key,title', says: 'what is at qa, for a script' },
  ],
  run: async (session, _args, options) => {
    const { out } = session;
    const { tickets, total } = await readTickets(session, options);
    out.result(tickets, () => sayTickets(out, tickets));
    if (total > tickets.length) out.note(`… and ${total - tickets.length} more: --limit 0 lists all.`);
    if (tickets.length === 0) out.note('There are no such tickets.');
    return undefined;
  },
};

async function readTickets(
  { server, settings }: Session,
  options: Options,
): Promise<{ tickets: readonly Listed[]; total: number }> {
  const { open, all } = options;
  if (open && all) throw usage('--open and --all exclude each other.');
  const [step, owner, stage] = ['step', 'owner', 'stage'].map((name) => textOf(options, name));
  const path = open || (!all && step === undefined) ? '/api/v1/opentickets/' : '/api/v1/ticket/';
  const limit = limitOf(options);
  const query = {
    order_by: textOf(options, 'order') ?? '-id',
    project__name: settings.project,
    ...(step === undefined ? {} : { current_workflow_step: stepNamed(step) }),
    ...(owner === undefined ? {} : { owner }),
    ...(stage === undefined ? {} : { stage }),
  };
  const tickets: Listed[] = [];
  for (;;) {
    const page = { limit: Math.min(LARGEST_PAGE, limit - tickets.length), offset: tickets.length };
    const { meta, objects } = await server.of(server.api.GET(path, { params: { query: { ...query, ...page } } }));
    tickets.push(...objects);
    const total = meta.total_count ?? tickets.length;
    if (objects.length === 0 || tickets.length >= Math.min(limit, total)) return { tickets, total };
  }
}

function limitOf(options: Options): number {
  const text = textOf(options, 'limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d+$/.test(text)) throw usage(`--limit must be a number, not '${text}'.`);
  return Number(text) === 0 ? Infinity : Number(text);
}

function sayTickets(out: Output, tickets: readonly Listed[]): void {
  if (!out.isTerminal) {
    const rows = tickets.map((one) => [
      one.key,
      one.current_workflow_step,
      one.status,
      one.stage ?? '',
      one.owner,
      one.title,
    ]);
    return sayTable(out, [], rows);
  }
  if (tickets.length === 0) return;
  const rows = tickets.map((one) => [
    one.key,
    isFailed(one) ? out.paint('red', stepText(one.current_workflow_step)) : stepText(one.current_workflow_step),
    one.status,
    one.closed_at ? 'closed' : (one.stage ?? ''),
    one.owner,
    since(one.step_entered_at),
    one.title,
  ]);
  sayTable(out, ['ticket', 'step', 'status', 'stage', 'owner', 'for', 'title'], rows);
}
