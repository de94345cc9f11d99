// The command's first grammar: `stamp TKT-001 --update`, `--promote`, `--list` … What it asks for is done by the verbs.
import { type Asked, isFileIn, readAsked } from '../tickets/ticket-flags.js';
import type { ExitCode } from '../words/exit-codes.js';
import { type Fields, requireFields } from '../words/json-fields.js';
import { ENTRY_FIELDS, LISTED_FIELDS, OVERVIEW_FIELDS, PLACE_FIELDS, UPDATE_FIELDS } from '../words/json-shapes.js';
import type { Options } from '../words/options.js';
import type { Session } from '../session/session.js';
import { listEntries, listStages } from '../stages/entries.js';
import { sayOverview, sayStageLink } from '../stages/overview.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { close } from '../verbs/close.js';
import { promote, PROMOTE_OPTIONS } from '../verbs/promote.js';
import { revert, REVERT_OPTIONS } from '../verbs/revert.js';
import { UPDATE_OPTIONS, updateWith } from '../verbs/update.js';

/** Of every verb. */
export const COMMON: readonly OptionLine[] = [
  ['-v, --verbose', 'print more: each request, and details of errors'],
  ['--json [fields]', 'print JSON; with names, only these: --json=key,stage'],
  ['--url <url>', 'the server; also STAMP_URL'],
  ['--project <name>', "the project; also STAMP_PROJECT (default: 'default')"],
  ['-t, --ticket <key>', 'the ticket'],
  ['-y, --yes', 'do not ask for confirmation'],
];

/** What the command line means without a verb. */
export const GRAMMAR: Verb = {
  name: 'stamp',
  takes: '[ticket]',
  summary: 'Raise a ticket, work in isolation, and when it is done, stamp it',
  completes: 'ticket',
  options: [
    ['-l, --list', 'list the tickets at --qa and --prod, or at the stages named; of one ticket, what it changes'],
    ['-u, --update [files...]', 'send files, or what differs in the folder, and watch it'],
    ['-f, --folder <path>', 'the folder to watch (default: ./src)'],
    ['-d, --dev', 'the stage dev'],
    ['-q, --qa', 'the stage qa'],
    ['-p, --prod', 'the stage prod'],
    ['--stage <name>', 'a stage that the project defines'],
    ['--promote', 'promote the ticket to the next stage'],
    ['--revert', 'revert the ticket to the stage before'],
    ['--close', 'close the ticket'],
    ['--reason <text>', 'the reason, for the history'],
    ...UPDATE_OPTIONS,
    ...PROMOTE_OPTIONS,
    ...REVERT_OPTIONS,
  ],
  examples: [
    { run: 'stamp TKT-1', says: 'where it is, its preview, and what to do next' },
    { run: 'stamp TKT-1 --list', says: 'what it changes' },
    { run: 'stamp --list', says: 'what is at QA and in production' },
    { run: 'stamp TKT-1 --promote', says: 'to the next stage, after a check of git' },
    { run: 'stamp TKT-1 --revert', says: 'back to the stage before' },
    { run: 'stamp TKT-1 --close', says: 'close it' },
  ],
  run: async (session, [argument], options) => {
    const asked = readAsked(argument, options, isFileIn(session.settings.cwd));
    requireFields(options, fieldsOf(asked));
    return DO[asked.action](session, asked, options);
  },
};

/** Of what the line asks for, not of any of them. */
function fieldsOf({ action, ticket, stages }: Asked): Fields {
  if (action === 'list') return ticket === undefined ? LISTED_FIELDS : ENTRY_FIELDS;
  if (action === 'look') return stages.length > 0 ? PLACE_FIELDS : OVERVIEW_FIELDS;
  return { update: UPDATE_FIELDS, promote: promote.json, revert: revert.json, close: close.json }[action] ?? {};
}

type Do = (session: Session, asked: Asked, options: Options) => Promise<ExitCode | undefined>;

const keyOf = (session: Session, { ticket }: Asked, options: Options): Promise<string> =>
  ticketNamed(session, ticket, options);

/** The same code as the verb's, with the stage specifier as its --stage. */
const asVerb =
  ({ run }: Verb): Do =>
  async (session, asked, options) =>
    run?.(session, [await keyOf(session, asked, options)], { ...options, ticket: undefined, stage: asked.stages[0] });

const DO: Readonly<Record<Asked['action'], Do>> = {
  promote: asVerb(promote),
  revert: asVerb(revert),
  close: asVerb(close),
  update: async (session, asked, options) =>
    updateWith(session, await keyOf(session, asked, options), asked.files, options),
  list: async (session, asked, options) => {
    if (asked.ticket === undefined) await listStages(session, asked.stages);
    else await listEntries(session, await keyOf(session, asked, options), asked.stages);
    return undefined;
  },
  look: async (session, asked, options) => {
    const [stage] = asked.stages;
    if (stage === undefined) await sayOverview(session, await keyOf(session, asked, options));
    else await sayStageLink(session, await keyOf(session, asked, options), stage);
    return undefined;
  },
};
