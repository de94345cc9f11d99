// stamp stream: what happens, a line each, as it happens.
import type { components } from '../../client/schema.js';
import { usage } from '../words/cli-error.js';
import { milliseconds } from '../words/duration.js';
import { EXIT } from '../words/exit-codes.js';
import { localTime } from '../words/local-time.js';
import { type Options, textOf } from '../words/options.js';
import { cellsOf, oneLine } from '../output/strip-control-characters.js';
import type { Colour, Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { follow } from '../stream/follow.js';
import { ticketKey } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { EVENT_FIELDS } from '../words/json-shapes.js';

/** As /stream sends it: without `data`, which is behind `resource_uri`. */
type Event = Omit<components['schemas']['Event'], 'data'>;

export const stream: Verb = {
  name: 'stream',
  summary: 'Follow events, one line each',
  description:
    'Until Ctrl-C, which ends it with 0. After a lost connection it continues where it was: no event is missing, ' +
    'and none comes twice. Piped, a line is number, time, severity, type, what; with --json an event each.',
  options: [
    ['-t, --ticket <keys>', 'of these tickets, with commas'],
    ['--severity <names>', 'info, warn, error'],
    ['--type <types>', "such as 'ticket.*,release.*'"],
    ['--stage <names>', 'at these stages'],
    ['--detail', 'also details of larger events: the links of a new ticket, the uploads of a bundle'],
    ['--since <time>', 'from a time on: 2h ago, or 2026-01-01T12:00:00Z; earliest: all stored events'],
    ['--limit <n>', 'end after this many events'],
  ],
  json: EVENT_FIELDS,
  examples: [
    { run: 'stamp stream --ticket TKT-1 --since earliest --limit 1', says: 'its first event' },
    { run: "stamp stream --since 1h --type 'ticket.*' --severity info --limit 1", says: 'of the last hour' },
  ],
  run: async (session, _args, options) => {
    const { out, settings, signal, server } = session;
    const limit = limitIn(options);
    let count = 0;
    try {
      await follow({
        url: `${settings.url}/stream?${queryOf(session, options).toString()}`,
        server,
        patient: session.serverWith({ patienceMs: Infinity, waiting: () => undefined }),
        signal,
        heard: ({ event, data }) => {
          if (event === 'position') return true;
          if (event === 'resync') tellGap(out, server.eventIn<{ readonly oldest: number }>(data));
          else tell(out, server.eventIn<Event>(data));
          return event === 'resync' || ++count < limit;
        },
        lost: () => out.note('The stream was interrupted: reconnecting …'),
        connected: (id, again) => {
          if (again) out.note(`Reconnected${id === undefined ? '' : `, after event ${id}`}: nothing is missing.`);
        },
      });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return EXIT.ok;
  },
};

function limitIn(options: Options): number {
  const text = textOf(options, 'limit');
  if (text === undefined) return Infinity;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(`--limit must be a number from 1 up, not '${text}'.`);
}

function queryOf({ settings }: Session, options: Options): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ['severity', 'type', 'stage']) {
    const value = textOf(options, name);
    if (value !== undefined) query.set(name, value);
  }
  const tickets = textOf(options, 'ticket')
    ?.split(',')
    .map((name) => ticketKey(name.trim(), settings.prefix));
  if (tickets) query.set('ticket', tickets.join(','));
  if (options.detail === true) query.set('detail', '1');
  // Everything, unless somebody said which project.
  if (settings.origins.project !== 'default') query.set('project', settings.project);
  const since = textOf(options, 'since');
  if (since === 'earliest') query.set('earliest', '1');
  else if (since !== undefined) query.set('since', timeOf(since));
  return query;
}

/** `2h`, or `2h ago`: then. */
function timeOf(since: string): string {
  const ms = milliseconds(since.replace(/ ago$/, ''));
  return ms === undefined ? since : new Date(Date.now() - ms).toISOString();
}

function tellGap(out: Output, { oldest }: { readonly oldest: number }): void {
  out.warn(`Events before ${oldest} are no longer stored: continuing from there.`);
}

const COLOURS: Readonly<Record<string, Colour>> = { info: 'green', warn: 'yellow', error: 'red' };

function tell(out: Output, event: Event): void {
  const { seq, time, severity, type, line } = event;
  if (!out.isTerminal) return out.stream(event, cellsOf([String(seq), time, severity, type, line]));
  out.stream(
    event,
    `${out.paint('dim', localTime(time))}  ${out.paint(COLOURS[severity] ?? 'dim', severity.padEnd(5))}  ${oneLine(line)}`,
  );
}
