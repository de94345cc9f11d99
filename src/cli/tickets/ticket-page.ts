// A ticket on a page of its own: where it is on its way, what belongs to it, what can be done next.
import { since, timeFor } from '../words/local-time.js';
import { oneLine } from '../output/strip-control-characters.js';
import type { Output } from '../output/output.js';
import { sayTable } from '../output/table.js';
import { isComplete, isFailed, LINE, nameOf, positionText, type Step, stepText } from './steps.js';
import { nextSteps } from './ticket-next.js';
import { type FullSubticket, liveSubtickets, uploadText, type WholeTicket } from './whole-ticket.js';

const LABEL_WIDTH = 10;

export function sayTicketPage(out: Output, ticket: WholeTicket, url: string): void {
  out.say(`${out.paint('bold', ticket.key)}  ${oneLine(ticket.title)}`);
  out.say();
  out.say(`  ${wayOf(out, ticket)}`);
  out.say();
  for (const [label, text] of facts(out, ticket)) sayField(out, label, text);
  sayParts(out, ticket);
  sayNext(out, ticket, url);
}

const sayField = (out: Output, label: string, text: string): void =>
  out.say(`  ${out.paint('dim', label.padEnd(LABEL_WIDTH))}${oneLine(text)}`);

/** How wide the line of steps is with all their names. */
const WIDE = LINE.map((step) => `✓ ${stepText(step)}`).join(' ── ').length + 2;

/** The steps as a line: `✓ 100 ── ● 200 Package Building ── ○ 300 ──…`. One that failed is marked where it failed. */
function wayOf(out: Output, ticket: WholeTicket): string {
  const at = LINE.indexOf(standing(ticket));
  const failed = isFailed(ticket);
  const short = (step: Step): string => (out.isTerminal && out.width > WIDE ? stepText(step) : step);
  return LINE.map((step, index) => {
    if (index < at || isComplete(ticket)) return out.paint('green', `✓ ${index === at ? stepText(step) : short(step)}`);
    if (index > at) return out.paint('dim', `○ ${short(step)}`);
    return failed ? out.paint('red', `✗ ${stepText(step)}`) : out.paint('bold', `● ${stepText(step)}`);
  }).join(out.paint('dim', ' ── '));
}

/** Where on the line it is; a failed one where it failed. */
const standing = (ticket: WholeTicket): Step =>
  ticket.current_workflow_step === '999' ? (ticket.failed_at_step ?? '100') : ticket.current_workflow_step;

function facts(out: Output, ticket: WholeTicket): readonly (readonly [string, string])[] {
  const { stage, why, failure, bug_id } = ticket;
  const next = why.next_stage === null ? 'released' : `next is ${why.next_stage}`;
  return [
    ['step', `${positionText(ticket)}, for ${since(ticket.step_entered_at)}`] as const,
    ...failureFacts(out, ticket, failure),
    ...(stage === null ? [] : [['stage', `${stage}, ${next}`] as const]),
    ['owner', ticket.owner || 'none'] as const,
    ...(ticket.closed_at ? [['closed', timeFor(out, ticket.closed_at)] as const] : []),
    ['created', timeFor(out, ticket.created_at)] as const,
    ...(bug_id ? [['bug', bug_id] as const] : []),
    ...ticket.links.map(({ kind, url, title }) => ['link', [kind, url, title].filter(Boolean).join('  ')] as const),
    ...ticket.components.map(({ kind, name }) => ['touches', `${kind} ${name}`] as const),
    ...ticket.description.split('\n', 1).flatMap((line) => (line ? [['about', line] as const] : [])),
  ];
}

function failureFacts(
  out: Output,
  ticket: WholeTicket,
  failure: WholeTicket['failure'],
): readonly (readonly [string, string])[] {
  if (!isFailed(ticket)) return [];
  const culprit = ticket.subtickets.find(({ id }) => id === failure?.subticket);
  const of = culprit ? `subticket ${culprit.id}, ${uploadText(culprit)}` : '';
  const detail = [failure?.code, failure?.kind, of].filter(Boolean).join(' · ');
  return [
    ['failed', out.paint('red', failure?.summary ?? `at ${stepText(standing(ticket))}, no reason was given`)] as const,
    ...(detail ? [['', detail] as const] : []),
    ...(failure?.log ? [['log', failure.log] as const] : []),
  ];
}

function sayParts(out: Output, ticket: WholeTicket): void {
  const live = liveSubtickets(ticket);
  if (live.length > 0) {
    heading(out, 'Subtickets');
    saySubtickets(out, live);
  }
  const artifacts = [
    ...ticket.artifacts.map((one) => [one.type, one.name, one.reference]),
    ...live.flatMap((sub) => sub.artifacts.map((one) => [one.type, one.name, one.reference])),
  ];
  if (artifacts.length > 0) {
    heading(out, 'Artifacts');
    sayTable(out, ['type', 'name', 'where'], artifacts);
  }
}

/** As `sub list` has them, too. Piped: id, step, status, upload, assignee. */
export function saySubtickets(out: Output, subtickets: readonly FullSubticket[]): void {
  const rows = subtickets.map((one) => {
    const superseded = one.superseded_by ? 'superseded' : '';
    const step = out.isTerminal ? nameOf(one.current_workflow_step) : one.current_workflow_step;
    const at = [step, one.status].map((cell) => (isFailed(one) ? out.paint('red', cell) : cell));
    return [String(one.id), ...at, uploadText(one), one.assignee, superseded];
  });
  sayTable(out, ['id', 'step', 'status', 'upload', 'assignee', ''], rows);
}

function heading(out: Output, text: string): void {
  out.say();
  out.say(out.paint('bold', text));
}

function sayNext(out: Output, ticket: WholeTicket, url: string): void {
  const { blockers, actions, links } = nextSteps(ticket, url);
  heading(out, 'Next');
  for (const blocker of blockers) out.say(`  ${out.paint('red', '✗')} ${blocker}`);
  const width = Math.max(0, ...[...actions, ...links].map(([command]) => command.length));
  for (const [command, says] of actions) out.say(`  ${command.padEnd(width)}  ${out.paint('dim', says)}`);
  for (const [link, says] of links) out.say(`  ${out.paint('cyan', link.padEnd(width))}  ${out.paint('dim', says)}`);
}
