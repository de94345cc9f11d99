// stamp history: what happened to a ticket, oldest first.
import { setTimeout as pause } from 'node:timers/promises';
import type { components } from '../../client/schema.js';
import { usage } from '../words/cli-error.js';
import { localTime } from '../words/local-time.js';
import { textOf } from '../words/options.js';
import { cellsOf } from '../output/strip-control-characters.js';
import type { Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { readTicket, ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { HISTORY_FIELDS } from '../words/json-shapes.js';

type Row = components['schemas']['History'];

const DEFAULT_LIMIT = 50;
const LARGEST_PAGE = 1000;
const LOOK_EVERY_MS = 1000;
/** One who follows stays while a server is restarted. */
const PATIENCE_MS = 600_000;

export const history: Verb = {
  name: 'history',
  takes: '[ticket]',
  summary: 'Show what happened to a ticket',
  description:
    'Oldest first, with the time of this machine. Piped: time (UTC), severity, who did it and the line, with tabs between. --follow continues until Ctrl-C; with it --json prints one object a line.',
  completes: 'ticket',
  options: [
    ['--limit <n>', `the newest n; 0 means all (default: ${DEFAULT_LIMIT})`],
    ['--follow', 'continue with new events'],
  ],
  json: HISTORY_FIELDS,
  examples: [
    { run: 'stamp history TKT-1', says: 'from the beginning' },
    { run: 'stamp history TKT-1 --limit 3 --json=time,line', says: 'the newest three, for a script' },
  ],
  run: async (session, [name], options) => {
    const { out } = session;
    const limit = textOf(options, 'limit') ?? String(DEFAULT_LIMIT);
    if (!/^\d+$/.test(limit)) throw usage(`--limit must be a number, not '${limit}'.`);
    const { id } = await readTicket(session, await ticketNamed(session, name, options));
    const rows = await newest(session, String(id), Number(limit) || Infinity);
    if (!options.follow) {
      out.result(rows, () => rows.forEach((row) => out.say(lineOf(out, row))));
      return undefined;
    }
    for (const row of rows) out.stream(row, lineOf(out, row));
    return follow(session, String(id), rows.at(-1)?.id ?? 0);
  },
};

/** The newest `limit` rows, oldest first. */
async function newest({ server }: Session, id: string, limit: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const query = { order_by: '-id', limit: Math.min(LARGEST_PAGE, limit - rows.length), offset: rows.length };
    const { objects } = await server.of(
      server.api.GET('/api/v1/ticket/{id}/history/', { params: { path: { id }, query } }),
    );
    rows.push(...objects);
    if (rows.length >= limit || objects.length < query.limit) return rows.reverse();
  }
}

/** Until Ctrl-C. */
async function follow(session: Session, id: string, last: number): Promise<never> {
  const { out, signal } = session;
  const server = session.serverWith({ patienceMs: PATIENCE_MS });
  for (let after = last; ;) {
    const { objects } = await server.of(
      server.api.GET('/api/v1/ticket/{id}/history/', {
        params: { path: { id }, query: { after, limit: LARGEST_PAGE } },
      }),
    );
    for (const row of objects) out.stream(row, lineOf(out, row));
    after = objects.at(-1)?.id ?? after;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

function lineOf(out: Output, { time, severity, actor, line }: Row): string {
  if (!out.isTerminal) return cellsOf([time, severity, actor, line]);
  const told = severity === 'error' ? out.paint('red', line) : severity === 'warn' ? out.paint('yellow', line) : line;
  const who = actor === 'local' ? '' : out.paint('dim', `  ${actor}`);
  return `${out.paint('dim', localTime(time))}  ${told}${who}`;
}
