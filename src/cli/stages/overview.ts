// `stamp TKT-1`: where a ticket is, where to see it, what stands in its way, and what to do next, in a few lines.
import { shell } from '../../platform/shell-quote.js';
import { Refusal } from '../../client/server.js';
import { CliError } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { readTicket, type Ticket } from '../tickets/ticket-name.js';
import { readPreviewLink, storyLink } from './links.js';
import { nextOf } from './print-change.js';
import type { Why } from './shapes.js';
import { stageNamed, type StageOrder, stagesOf } from './stage-line.js';
import { passes, sayVerdicts } from './verdicts.js';

/** Rejects with CliError `notFound` that says how to begin; with Refusal, Unreachable. */
export async function sayOverview(session: Session, key: string): Promise<void> {
  const { out, settings } = session;
  const ticket = await knownTicket(session, key);
  const path = { id: String(ticket.id) };
  const [line, why] = await Promise.all([
    stagesOf(session, ticket),
    session.server.of(session.server.api.GET('/api/v1/ticket/{id}/why/', { params: { path } })),
  ]);
  const link = await linkOf(session, ticket, line);
  const inTheWay = why.closed || why.next_stage === null ? [] : why.verdicts.filter((verdict) => !passes(verdict));
  out.result({ ...ticket, link: link ?? null, promotable: why.promotable, verdicts: why.verdicts }, () => {
    sayFacts(out, `${ticket.key} ${ticket.title}`, [
      ['at', placeOf(ticket)],
      ['link', link],
      ['story', storyLink(settings, ticket.key)],
      ['next', nextStep(ticket, line, why)],
    ]);
    sayVerdicts(out, inTheWay, { key: ticket.key, url: settings.url });
  });
}

/** `--qa`, `--stage qa` without anything else: the link for that stage, and whether the ticket is there. */
export async function sayStageLink(session: Session, key: string, name: string): Promise<void> {
  const ticket = await knownTicket(session, key);
  const line = await stagesOf(session, ticket);
  const stage = stageNamed(line, name);
  const there = ticket.stage === name && (ticket.closed_at === null || stage.production);
  const link = await readPreviewLink(session, ticket, stage);
  session.out.result({ key: ticket.key, stage: name, there, at: ticket.stage, link }, () => {
    const where = there
      ? `is at ${name}`
      : `is not at ${name}: it is ${ticket.stage === null ? '' : 'at '}${placeOf(ticket)}`;
    sayFacts(session.out, `${ticket.key} ${where}`, [['link', link]]);
  });
}

export async function knownTicket(session: Session, key: string): Promise<Ticket> {
  try {
    return await readTicket(session, key);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 404) throw error;
    throw new CliError(
      `There is no ticket ${key} yet: ${shell`stamp ${key} --update`} opens it.`,
      EXIT.notFound,
      error.body,
    );
  }
}

function placeOf({ stage, closed_at: closed, current_workflow_step: step, status }: Ticket): string {
  const at =
    stage === null ? `step ${step}, status ${status}, without modules` : `${stage}, step ${step}, status ${status}`;
  return closed === null ? at : `closed (${at})`;
}

async function linkOf(session: Session, ticket: Ticket, line: StageOrder): Promise<string | undefined> {
  if (ticket.stage === null) return undefined;
  const at = stageNamed(line, ticket.stage);
  return ticket.closed_at === null || at.production ? readPreviewLink(session, ticket, at) : undefined;
}

/** Undefined where something stands in the way: what helps is said with it. */
function nextStep({ key, stage, closed_at: closed }: Ticket, line: StageOrder, why: Why): string | undefined {
  if (closed !== null) return shell`stamp reopen ${key}`;
  if (stage === null) return shell`stamp ${key} --update`;
  return why.promotable || why.next_stage === null ? nextOf(line, key, stage) : undefined;
}
