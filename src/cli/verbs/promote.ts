// stamp promote, and `stamp TKT-001 --promote`: git is checked, then the ticket goes to the next stage.
import { flags, shell } from '../../platform/shell-quote.js';
import type { operations } from '../../client/schema.js';
import { Refusal } from '../../client/server.js';
import { CliError, usage } from '../words/cli-error.js';
import { duration } from '../words/duration.js';
import { EXIT, type ExitCode } from '../words/exit-codes.js';
import { checkWork, requireOrigin } from '../git/check-work.js';
import { type Committed, requireCommitted } from '../git/committed-sources.js';
import { type Options, textOf } from '../words/options.js';
import type { Session } from '../session/session.js';
import { type About, commandFor } from '../stages/next-actions.js';
import { isProduction, nextOf, sayChange } from '../stages/print-change.js';
import type { StageChange, Verdict } from '../stages/shapes.js';
import { after, stageNamed, stagesOf, type StageOrder } from '../stages/stage-line.js';
import { onSeen, requireAnswerable, requireConfirmed, sayAlready } from '../stages/ticket-verb.js';
import { onlyWaits, passes, sayVerdicts } from '../stages/verdicts.js';
import { waitUntilPassable } from '../stages/wait-for-verdicts.js';
import { readTicket, type Ticket, ticketNamed } from '../tickets/ticket-name.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { CHANGE_FIELDS, REFUSED_FIELDS, TICKET_FIELDS } from '../words/json-shapes.js';

type PromoteBody = NonNullable<operations['promote_ticket']['requestBody']>['content']['application/json'];

export const PROMOTE_OPTIONS: readonly OptionLine[] = [
  ['--dry-run', 'print what would happen, and change nothing'],
  ['--wait', 'wait while the obstacles clear by themselves'],
  ['--timeout <time>', 'how long to wait: 30s, 10m, 2h (default: 10m)'],
  ['--no-git-check', 'do not check git'],
  ['--fetch', 'refuse if the trunk cannot be fetched from the remote; always so for the last stage'],
];

export const promote: Verb = {
  name: 'promote',
  takes: '[ticket]',
  summary: 'Promote a ticket to the next stage',
  description:
    'First checks git, if there is a repository: everything is committed, HEAD descends from the trunk, and has every source as the ticket has it. Into the last ' +
    'stage is a release: a terminal asks first; without one, --yes is required.',
  options: [
    ['--stage <name>', 'the stage that it must reach'],
    ['--force <policy>', 'override a policy that blocks: imports; needs --reason, and is an event in the stream'],
    ['--reason <text>', 'the reason for --force'],
    ...PROMOTE_OPTIONS,
  ],
  completes: 'ticket',
  json: { ...TICKET_FIELDS, ...CHANGE_FIELDS, ...REFUSED_FIELDS },
  examples: [
    { run: 'stamp promote TKT-1 --dry-run', says: 'what would happen' },
    {
      run: 'stamp promote TKT-1 --force imports --reason "The page does without it" --dry-run',
      says: 'although a module that it imports is missing',
    },
    { run: 'stamp promote TKT-1 --stage qa', says: 'to QA; no error if it is already there' },
    { run: 'stamp promote TKT-1 --yes', says: 'to the next stage, without confirmation' },
  ],
  run: async (session, [name], options) => {
    const key = await ticketNamed(session, name, options);
    const timeout = duration('--timeout', textOf(options, 'timeout') ?? '10m');
    if (options.timeout !== undefined && !options.wait) throw usage('--timeout needs --wait.');
    const forced = forcedIn(options);
    const ticket = await readTicket(session, key);
    const line = await stagesOf(session, ticket);
    const wanted = textOf(options, 'stage');
    if (wanted !== undefined && ticket.stage === stageNamed(line, wanted).name)
      return sayAlready(session, ticket, wanted);
    const next = requireNext(ticket, line, wanted);
    const releases = isProduction(line, next) && !options.dryRun;
    if (releases) requireAnswerable(session, next ?? '', options);
    const look = async (): Promise<GitFound> =>
      options.gitCheck === false ? {} : checkGit(session, ticket, options, isProduction(line, next));
    let git = await look();
    if (options.wait) {
      await waitUntilPassable(session, ticket, timeout);
      git = await look();
    }
    if (releases)
      await requireConfirmed(session, `Promote ${ticket.key} (${ticket.title}) to ${next}, for all users?`, options);
    // Whoever uploaded meanwhile may have sent what is in no commit: what git says is asked again.
    const bodyOf = async (isChanged: boolean): Promise<GitFound & Forced> => ({
      ...forced,
      ...(isChanged ? await look() : git),
    });
    return send(session, ticket, { line, options, bodyOf });
  },
};

type Forced = Pick<NonNullable<PromoteBody>, 'force' | 'reason'>;

/** Rejects with usage where one of the two is missing; the server knows which policies may be forced. */
function forcedIn(options: Options): Forced {
  const [force, reason] = [textOf(options, 'force'), textOf(options, 'reason')];
  if (force === undefined) return {};
  if (reason === undefined) throw usage('Give a reason for --force: --reason "why".');
  return { force: [force as 'imports'], reason };
}

/** The server says what is wrong with a ticket that has no next stage. Rejects with CliError `refused`. */
function requireNext({ key, stage }: Ticket, line: StageOrder, wanted: string | undefined): string | undefined {
  const next = stage === null ? undefined : after(line, stage)?.name;
  if (wanted === undefined || wanted === next || stage === null) return next;
  const way = next === undefined ? `which is the last stage` : `from where it goes to ${next}`;
  throw new CliError(`${key} is at ${stage}, ${way}, not to ${wanted}: ${shell`stamp ${key} --promote`}`, EXIT.refused);
}

interface GitFound extends Committed {
  readonly git_commit?: string;
}

/**
 * Answers HEAD and the commits that made the change, where HEAD was found to have it; nothing outside of a repository, and of what
 * came otherwise: HEAD may be anyone's.
 */
async function checkGit(
  session: Session,
  { id, key }: Ticket,
  options: Options,
  toProduction: boolean,
): Promise<GitFound> {
  const { settings, out, server } = session;
  const { cwd, folder, trunk } = settings;
  const fetch = options.fetch === true || toProduction ? 'must' : 'tries';
  const work = await checkWork({ cwd, trunk, fetch, note: (line, isUsual) => out.unchecked(line, !isUsual) });
  if (!work) return {};
  out.detail(`git: clean, and HEAD descends from ${work.trunk}`);
  const found = await requireCommitted(session, { id, key, head: work.commit });
  if (found) return { git_commit: work.commit, ...found };
  const query = { order_by: '-number', limit: 1 };
  const { objects } = await server.of(
    server.api.GET('/api/v1/ticket/{id}/revision/', { params: { path: { id: String(id) }, query } }),
  );
  const commit = objects[0]?.git_commit;
  if (commit) await requireOrigin({ cwd, folder, key, commit, head: work.commit });
  return {};
}

interface Sent {
  readonly line: StageOrder;
  readonly options: Options;
  /** What is sent of the ticket as it was seen, or as it is now where it was changed meanwhile. */
  readonly bodyOf: (isChanged: boolean) => Promise<GitFound & Forced>;
}

async function send(session: Session, ticket: Ticket, { line, options, bodyOf }: Sent): Promise<ExitCode | undefined> {
  const { server } = session;
  const query = options.dryRun ? { dry_run: '1' as const } : {};
  try {
    const change = await onSeen(session, ticket, async (header, isChanged) =>
      server.of(
        server.api.POST('/api/v1/ticket/{id}/promote/', {
          params: { path: { id: String(ticket.id) }, query, header },
          body: await bodyOf(isChanged),
        }),
      ),
    );
    tell(session, ticket, line, change, options);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 409 || !Array.isArray(error.body.verdicts)) throw error;
    throw refusal(session, ticket, error, options);
  }
}

function tell(
  session: Session,
  { key, stage: from }: Ticket,
  line: StageOrder,
  change: StageChange,
  options: Options,
): void {
  const way = `${from ?? ''} → ${change.stage}`;
  const release = change.release === null ? '' : `release ${change.release}`;
  const headline = change.dry_run
    ? `${key} would go ${way}${release && ` as ${release}`}; nothing was changed`
    : `${key} promoted ${way}${release && `: ${release}`}`;
  const next = change.dry_run ? inEarnest(key, options) : nextOf(line, key, change.stage);
  sayChange(session, change, { line, headline, next });
}

/** The line that does what was rehearsed. */
function inEarnest(key: string, options: Options): string {
  const [force, reason] = [textOf(options, 'force'), textOf(options, 'reason')];
  if (force === undefined) return shell`stamp ${key} --promote`;
  return shell`stamp promote ${key} ${flags({ force, reason })}`;
}

/** Each verdict on a line, and then what it comes to. */
function refusal({ out, settings }: Session, { key, stage }: Ticket, error: Refusal, { wait }: Options): CliError {
  const verdicts = error.body.verdicts as readonly Verdict[];
  const about = { key, url: settings.url };
  out.result(error.body, () => sayVerdicts(out, verdicts, about));
  const helps = verdicts.filter((one) => !passes(one)).map((one) => helpOf(one, about));
  const waits = onlyWaits(verdicts) && !wait ? [shell`stamp ${key} --promote --wait`] : [];
  const what = [...helps, ...waits].filter(Boolean).join(', ');
  return new CliError(
    `${key} stays at ${stage ?? 'no stage'}${what ? `. Next: ${what}` : `: ${error.message}`}`,
    EXIT.refused,
    error.body,
  );
}

/** What follows on a revert is said when that is done. */
function helpOf({ next_actions: actions }: Verdict, about: About): string {
  const commands = actions.map((action) => commandFor(action, about));
  const [first = ''] = commands;
  return first === shell`stamp ${about.key} --revert` ? first : commands.filter(Boolean).slice(0, 2).join(' or ');
}
