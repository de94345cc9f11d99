// stamp sub: the parts of a ticket that are built one by one.
import { addSubticket, type Subticket } from '../tickets/add-subticket.js';
import { usage } from '../words/cli-error.js';
import { FAILURE_OPTIONS, failureReport } from '../tickets/failure-report.js';
import { textOf } from '../words/options.js';
import type { Output } from '../output/output.js';
import type { Session } from '../session/session.js';
import { isFailed, nameOf, positionText, statusNamed, statusOf, stepNamed } from '../tickets/steps.js';
import { subticketNamed } from '../tickets/subticket-name.js';
import { beginsWithTicket, readTicket, ticketNamed } from '../tickets/ticket-name.js';
import { saySubtickets } from '../tickets/ticket-page.js';
import type { OptionLine, Verb } from '../session/verb.js';
import { liveSubtickets, readFull } from '../tickets/whole-ticket.js';
import { addTo } from './artifact.js';
import { upload } from './sub-upload.js';
import { ARTIFACT_FIELDS, SUBTICKET_FIELDS } from '../words/json-shapes.js';

const BY_PACKAGE = 'The subticket is its id or, with -t, the name of its source package.';

const add: Verb = {
  name: 'add',
  takes: '[ticket] [sourcepackage] [version]',
  summary: 'Add a subticket for an upload',
  description: 'It supersedes the live subticket for the same source package. Prints its id; piped, nothing else.',
  options: [['--assignee <email>', 'who works on it']],
  json: SUBTICKET_FIELDS,
  examples: [
    { run: 'stamp sub add TKT-2 curl 8.11.0-2 --assignee bob@example.com', says: 'a new upload of curl' },
    { run: 'stamp sub add -t TKT-2 zlib 1.3-1', says: 'the ticket as an option' },
  ],
  run: async (session, args, options) => {
    const { out, server } = session;
    const [name, sourcepackage, version] = beginsWithTicket(session, args, options) ? args : [undefined, ...args];
    if (sourcepackage === undefined || version === undefined)
      throw usage('Name the upload: stamp sub add TKT-1 curl 8.11.0-1');
    const ticket = await readTicket(session, await ticketNamed(session, name, options));
    const assignee = textOf(options, 'assignee') ?? '';
    const made = await addSubticket(server, { ticket: ticket.id, sourcepackage, version, assignee });
    out.result(made, () => {
      if (!out.isTerminal) return out.say(String(made.id));
      out.say(
        `Subticket ${out.paint('bold', String(made.id))} of ${ticket.key}: ${sourcepackage} ${version}, at ${positionText(made)}`,
      );
    });
    return undefined;
  },
};

const list: Verb = {
  name: 'list',
  takes: '[ticket]',
  summary: "List a ticket's subtickets",
  description: 'Piped: id, step, status, upload and assignee, with tabs between.',
  completes: 'ticket',
  options: [['--all', 'superseded ones, too']],
  json: { ...SUBTICKET_FIELDS, artifacts: true },
  examples: [
    { run: 'stamp sub list TKT-2', says: 'each with its step' },
    { run: 'stamp sub list TKT-2 --all --json=id,superseded_by', says: 'for a script' },
  ],
  run: async (session, [name], options) => {
    const { out } = session;
    const ticket = await readFull(session, await ticketNamed(session, name, options));
    const shown = options.all ? ticket.subtickets : liveSubtickets(ticket);
    out.result(shown, () => saySubtickets(out, shown));
    if (shown.length === 0) out.note(`${ticket.key} has no subtickets.`);
    return undefined;
  },
};

const status: Verb = {
  name: 'status',
  takes: '<subticket> [step] [status]',
  summary: 'Show where a subticket is, or move it to a step',
  description: `${BY_PACKAGE} Its ticket follows: to 200 when the first is there, to 999 when one fails, to 200/1000 when all are built. Piped: id, step, status and the name of the step, with tabs between.`,
  json: SUBTICKET_FIELDS,
  examples: [
    { run: 'stamp sub status curl -t TKT-2', says: 'where it is' },
    { run: 'stamp sub status curl 200 1000 -t TKT-2', says: 'it is built' },
  ],
  run: async (session, [word, step, asked], options) => {
    const { server } = session;
    const id = await subticketNamed(session, word, options);
    if (step !== undefined) {
      const to = stepNamed(step);
      const body = { current_workflow_step: to, status: asked === undefined ? statusOf(to) : statusNamed(asked) };
      await server.of(server.api.PATCH('/api/v1/updatesubticketstatus/{id}/', { params: { path: { id } }, body }));
    }
    await saySubticket(session, id);
    return undefined;
  },
};

const fail: Verb = {
  name: 'fail',
  takes: '<subticket>',
  summary: 'Report that a subticket failed, and why',
  description: `${BY_PACKAGE} Its ticket fails with it, until a new upload takes its place.`,
  options: FAILURE_OPTIONS,
  json: SUBTICKET_FIELDS,
  examples: [
    {
      run: 'stamp sub fail curl -t TKT-2 --reason "test 1560 failed" --code build.tests_failed --kind product',
      says: 'with a reason for people and a kind for tools',
    },
  ],
  run: async (session, [word], options) => {
    const { server } = session;
    const body = failureReport(options);
    const id = await subticketNamed(session, word, options);
    await server.of(server.api.PATCH('/api/v1/updatesubticketstatus/{id}/', { params: { path: { id } }, body }));
    await saySubticket(session, id);
    return undefined;
  },
};

const TYPE: OptionLine = ['--type <type>', 'what it is: SPU, RESULTS or LOGS (default: SPU)'];

const artifact: Verb = {
  name: 'artifact',
  takes: '<subticket> <name> <reference>',
  summary: 'Add an artifact to a subticket',
  description: `${BY_PACKAGE} Prints the artifact's id; piped, nothing else.`,
  options: [TYPE],
  json: ARTIFACT_FIELDS,
  examples: [
    {
      run: 'stamp sub artifact curl curl_8.11.0-2.dsc http://deb.example/curl_8.11.0-2.dsc -t TKT-2',
      says: 'the source package that was uploaded',
    },
  ],
  run: async (session, [word, name = '', reference = ''], options) => {
    const subticket = await subticketNamed(session, word, options);
    await addTo(session, { subticket }, { name, reference, type: textOf(options, 'type') ?? 'SPU' });
    return undefined;
  },
};

export const sub: Verb = {
  name: 'sub',
  summary: 'Work on the subtickets of a ticket: one for each upload',
  examples: [{ run: 'stamp sub list TKT-2', says: 'which there are' }],
  verbs: [add, list, status, fail, artifact, upload],
};

async function saySubticket({ server, out }: Session, id: string): Promise<void> {
  const now = await server.of(server.api.GET('/api/v1/subticket/{id}/', { params: { path: { id } } }));
  out.result(now, () => sayPosition(out, now));
}

function sayPosition(out: Output, now: Subticket): void {
  const { id, current_workflow_step: step, status: at } = now;
  if (!out.isTerminal) return out.cells([String(id), step, at, nameOf(step)]);
  const why = isFailed(now) && now.failure?.summary ? `: ${now.failure.summary}` : '';
  out.say(
    `Subticket ${out.paint('bold', String(id))} is at ${out.paint(isFailed(now) ? 'red' : 'green', positionText(now))}${why}`,
  );
}
