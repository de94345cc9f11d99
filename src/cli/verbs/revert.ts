// stamp revert, and `stamp TKT-001 --revert`: a ticket goes a stage back; out of production by a release without it.
import { flags, shell } from '../../platform/shell-quote.js';
import { CliError, usage } from '../words/cli-error.js';
import { EXIT } from '../words/exit-codes.js';
import { type Options, textOf } from '../words/options.js';
import type { Session } from '../session/session.js';
import { isProduction, nextOf, sayChange } from '../stages/print-change.js';
import type { StageChange } from '../stages/shapes.js';
import { before, stageNamed, type StageOrder, stagesOf } from '../stages/stage-line.js';
import { onSeen, requireAnswerable, requireConfirmed, sayAlready } from '../stages/ticket-verb.js';
import { readTicket, type Ticket, ticketNamed } from '../tickets/ticket-name.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { CHANGE_FIELDS, TICKET_FIELDS } from '../words/json-shapes.js';

export const REVERT_OPTIONS: readonly OptionLine[] = [
  ['--to-revision <n>', 'in the first stage: the revision of its modules to go back to'],
  ['--cascade', 'from production: also revert the tickets that depend on it'],
  ['--force', 'from production: even if other tickets depend on it'],
];

export const revert: Verb = {
  name: 'revert',
  takes: '[ticket]',
  summary: 'Revert a ticket to the stage before',
  description:
    'Out of production, this makes a new release without it: keys that a later ticket overwrote stay as that ticket made them. A ' +
    'terminal asks first; without one, --yes is required. A ticket that left production is held: use stamp unhold before you promote it again.',
  options: [
    ['--stage <name>', 'the stage that it must reach'],
    ['--reason <text>', 'the reason, for the history'],
    ['--dry-run', 'print what would happen, and change nothing'],
    ...REVERT_OPTIONS,
  ],
  completes: 'ticket',
  json: { ...TICKET_FIELDS, ...CHANGE_FIELDS },
  examples: [
    { run: 'stamp revert TKT-3 --dry-run', says: 'what production would be without it' },
    { run: 'stamp revert TKT-3 --reason "The total is wrong" --yes', says: 'out of production' },
  ],
  run: async (session, [name], options) => {
    const ticket = await readTicket(session, await ticketNamed(session, name, options));
    const line = await stagesOf(session, ticket);
    const revision = revisionIn(options);
    const wanted = textOf(options, 'stage');
    if (wanted !== undefined && revision === undefined) {
      if (ticket.stage === stageNamed(line, wanted).name) return sayAlready(session, ticket, wanted);
      requireBefore(ticket, line, wanted);
    }
    if (revision === undefined) requireLater(ticket, line);
    if (isProduction(line, ticket.stage ?? undefined) && revision === undefined && !options.dryRun)
      await requireLeaving(session, ticket, options);
    const change = await send(session, ticket, options, revision);
    sayChange(session, change, { line, ...told(ticket, line, change, options) });
    return undefined;
  },
};

/** Out of production: rejects with usage, or CliError where it is not confirmed. */
async function requireLeaving(session: Session, { key, title, stage }: Ticket, options: Options): Promise<void> {
  requireAnswerable(session, stage ?? '', options);
  await requireConfirmed(session, `Take ${key} (${title}) out of ${stage ?? ''}, for all users?`, options);
}

/** Rejects with CliError `refused`. */
function requireBefore({ key, stage }: Ticket, line: StageOrder, wanted: string): void {
  const back = before(line, stage)?.name;
  if (stage === null || wanted === back) return;
  const way = back === undefined ? 'the first stage' : `from where it goes back to ${back}`;
  throw new CliError(`${key} is at ${stage}, ${way}, not to ${wanted}: ${shell`stamp ${key} --revert`}`, EXIT.refused);
}

/** Rejects with CliError `refused`. */
function requireLater({ key, stage }: Ticket, line: StageOrder): void {
  if (stage !== line[0]?.name) return;
  throw new CliError(
    `${key} is at ${stage}, the first stage: ${shell`stamp revert ${key} --to-revision 1`} restores an earlier revision of its modules.`,
    EXIT.refused,
  );
}

function revisionIn(options: Options): number | undefined {
  const text = textOf(options, 'toRevision');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usage(`--to-revision must be a number, not '${text}'.`);
}

function send(session: Session, ticket: Ticket, options: Options, revision: number | undefined): Promise<StageChange> {
  const { server } = session;
  const reason = textOf(options, 'reason');
  const body = {
    ...(reason === undefined ? {} : { reason }),
    ...(revision === undefined ? {} : { to_revision: revision }),
    ...(options.cascade ? { cascade: true } : {}),
    ...(options.force ? { force: true } : {}),
  };
  const [path, query] = [{ id: String(ticket.id) }, options.dryRun ? { dry_run: '1' as const } : {}];
  return onSeen(session, ticket, (header) =>
    server.of(server.api.POST('/api/v1/ticket/{id}/revert/', { params: { path, query, header }, body })),
  );
}

function told(
  { key, stage: from }: Ticket,
  line: StageOrder,
  change: StageChange,
  options: Options,
): { readonly headline: string; readonly next: string } {
  const revision = revisionIn(options);
  const again = flags({
    'to-revision': revision,
    cascade: options.cascade === true,
    force: options.force === true,
    reason: textOf(options, 'reason'),
  });
  if (revision !== undefined) {
    const what = change.dry_run ? 'would be again as in' : 'is again as in';
    return {
      headline: `${key} ${what} revision ${revision}, which is revision ${change.revision} now`,
      next: change.dry_run ? shell`stamp ${key} --revert ${again}` : nextOf(line, key, change.stage),
    };
  }
  const way = `${from ?? ''} → ${change.stage}`;
  const release = change.release === null ? '' : `release ${change.release}`;
  if (change.dry_run)
    return {
      headline: `${key} would go ${way}${release && ` and ${release} be ${from ?? ''} without it`}; nothing was changed`,
      next: shell`stamp ${key} --revert ${again}`,
    };
  const next =
    change.release === null
      ? `${shell`stamp ${key} --update`} (${change.stage === line[0]?.name ? 'its modules can change again' : 'once it is at the first stage'})`
      : `${shell`stamp unhold ${key}`} before you promote it again: it is held`;
  return { headline: `${key} reverted ${way}${release && `: ${release} is ${from ?? ''} without it`}`, next };
}
