// Waits while all that stands in a ticket's way clears by itself: a build, a hold that ends, another ticket.
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import type { Session } from '../session/session.js';
import type { Ticket } from '../tickets/ticket-name.js';
import type { Verdict, Why } from './shapes.js';
import { onlyWaits, passes, sayVerdicts } from './verdicts.js';

const FIRST_MS = 250;
const LONGEST_MS = 5000;

/** Resolves when nothing waits any more: the ticket can go on, or somebody has to act. Rejects with CliError `pending`. */
export async function waitUntilPassable(session: Session, { id, key }: Ticket, timeoutMs: number): Promise<void> {
  const { server, out, signal } = session;
  const until = performance.now() + timeoutMs;
  let told = '';
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.5, LONGEST_MS)) {
    const why = await server.of(server.api.GET('/api/v1/ticket/{id}/why/', { params: { path: { id: String(id) } } }));
    if (!onlyWaits(why.verdicts)) return;
    const left = until - performance.now();
    if (left <= 0) throw pending(session, why);
    const reason = waitingFor(why.verdicts);
    if (reason !== told) out.note(`${key} waits: ${reason}`);
    told = reason;
    await sleep(Math.min(pause, left), undefined, { signal });
  }
}

const waitingFor = (verdicts: readonly Verdict[]): string => verdicts.find((one) => !passes(one))?.summary ?? '';

function pending({ out, settings }: Session, why: Why): CliError {
  out.result(why, () => sayVerdicts(out, why.verdicts, { key: why.key, url: settings.url }));
  return new CliError(`${why.key} still waits: ${waitingFor(why.verdicts)}`, EXIT.pending, why);
}
