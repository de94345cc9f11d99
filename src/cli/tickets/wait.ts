// --wait: until a ticket is where a script needs it. The server is asked to answer when it is so; it may be restarted
// meanwhile.
import { setTimeout as pause } from 'node:timers/promises';
import { usage } from '../words/cli-error.js';
import { duration } from '../words/duration.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import type { OptionLine } from '../session/verb.js';
import { type Options, textOf } from '../words/options.js';
import { WaitLine } from '../output/wait-line.js';
import type { Session } from '../session/session.js';
import { isFailed, positionText } from './steps.js';
import type { Ticket } from './ticket-name.js';
import { type Condition, parseCondition } from './wait-condition.js';

const DEFAULT_TIMEOUT = '10m';
/** How long one request waits; the server's longest is 60. */
const ONE_REQUEST_SECONDS = 50;
/** Between two looks where the server answered before its time: it is leaving. */
const AGAIN_MS = 300;

export const WAIT_OPTIONS: readonly OptionLine[] = [
  [
    '--wait [condition]',
    'wait until a condition holds: complete (the default), failed, closed, step>=400, status=1000, version>7; 400 or image-testing means that step or later',
  ],
  ['--timeout <time>', `how long to wait: 30s, 10m, 2h (default: ${DEFAULT_TIMEOUT})`],
];

export interface Waited {
  readonly ticket: Ticket;
  /** 0: it is so; 5: the ticket failed; 8: the time is over. */
  readonly exit: ExitCode;
  /** One line that says what came instead; undefined where it is so. */
  readonly instead: string | undefined;
}

/** Waits where --wait was said, else answers undefined. Rejects with usage; Refusal; Unreachable when the time is over. */
export async function waitAsAsked(session: Session, name: string, options: Options): Promise<Waited | undefined> {
  const asked = options.wait;
  if (asked === undefined || asked === false) {
    if (options.timeout !== undefined) throw usage('--timeout needs --wait.');
    return undefined;
  }
  const condition = parseCondition(typeof asked === 'string' ? asked : 'complete');
  const timeoutMs = duration('--timeout', textOf(options, 'timeout') ?? DEFAULT_TIMEOUT);
  return waitFor(session, name, condition, timeoutMs);
}

async function waitFor(session: Session, name: string, condition: Condition, timeoutMs: number): Promise<Waited> {
  const end = performance.now() + timeoutMs;
  const seconds = Math.round(timeoutMs / 1000);
  const line = new WaitLine(session.out, condition.text, seconds);
  try {
    for (let first = true; ; first = false) {
      const left = Math.max(0, end - performance.now());
      // Where it is now is said at once; the next look waits.
      const ticket = await look(session, name, first ? undefined : condition, left, line);
      line.at(ticket.key, positionText(ticket));
      if (condition.holds(ticket)) return { ticket, exit: EXIT.ok, instead: undefined };
      if (condition.failsWith && isFailed(ticket)) return { ticket, exit: EXIT.failed, instead: failedLine(ticket) };
      if (performance.now() >= end)
        return { ticket, exit: EXIT.pending, instead: pendingLine(ticket, condition, seconds) };
      if (!first)
        await pause(Math.min(AGAIN_MS, Math.max(0, end - performance.now())), undefined, { signal: session.signal });
    }
  } finally {
    line.end();
  }
}

/** Asks for the condition and for a failure at once; whichever comes first is the answer. Without a condition: as it is. */
async function look(
  session: Session,
  name: string,
  condition: Condition | undefined,
  leftMs: number,
  line: WaitLine,
): Promise<Ticket> {
  const enough = new AbortController();
  const server = session.serverWith({
    patienceMs: leftMs,
    signal: AbortSignal.any([session.signal, enough.signal]),
    waiting: () => line.away(),
  });
  const path = { id: name };
  if (!condition) return server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path } }));
  const wait = Math.min(ONE_REQUEST_SECONDS, leftMs / 1000);
  const ask = (until: string): Promise<Ticket> =>
    server.of(server.api.GET('/api/v1/ticket/{id}/', { params: { path, query: { wait, until } } }));
  const asked = [condition.text, ...(condition.failsWith ? ['failed'] : [])].map(ask);
  try {
    return await Promise.race(asked);
  } finally {
    enough.abort();
    await Promise.allSettled(asked);
  }
}

const failedLine = ({ key, failure, failed_at_step }: Ticket): string =>
  `${key} failed${failed_at_step ? ` at ${failed_at_step}` : ''}${failure?.summary ? `: ${failure.summary}` : '.'}`;

const pendingLine = (ticket: Ticket, { text }: Condition, seconds: number): string =>
  `After ${seconds} s of waiting for ${text}, ${ticket.key} is at ${positionText(ticket)}. Wait again, or longer with --timeout.`;
