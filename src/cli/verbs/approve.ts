// stamp approve and stamp reject: what people say of a ticket's revision before a stage.
import { sayFacts } from '../output/facts.js';
import type { OptionLine, Verb } from '../session/verb.js';
import type { Session } from '../session/session.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import { usage } from '../words/cli-error.js';
import { APPROVAL_FIELDS } from '../words/json-shapes.js';
import { type Options, textOf } from '../words/options.js';

const OPTIONS: readonly OptionLine[] = [
  ['--stage <stage>', 'the stage to be entered; without it, the next one'],
  ['--rule <name>', 'one rule of the project; without it, every rule that fits'],
  ['--as <who>', 'who you are, on a server that asks for no tokens'],
];

export const approve: Verb = {
  name: 'approve',
  takes: '[ticket]',
  summary: 'Approve a ticket for its next stage',
  description: 'For the modules that it has now: new ones void the approval.',
  options: [
    ...OPTIONS,
    ['--comment <text>', 'for the history'],
    ['--withdraw', 'take back what you said, an approval or a reject'],
  ],
  completes: 'ticket',
  json: APPROVAL_FIELDS,
  examples: [
    { run: 'stamp approve TKT-1 --as qa@example.com --comment "The menu is fine"', says: 'for its next stage' },
  ],
  run: async (session, [name], options) => {
    const { server, out } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const { comment, ...body } = { ...placeOf(options), comment: textOf(options, 'comment') };
    if (options.withdraw === true) {
      const said = await server.of(server.api.POST('/api/v1/ticket/{id}/withdraw/', { params: { path }, body }));
      out.result(said, () => out.say(`${said.by} withdrew what they said of ${said.key} for ${said.stage}.`));
      return undefined;
    }
    const sent = { ...body, ...(comment === undefined ? {} : { comment }) };
    const said = await server.of(server.api.POST('/api/v1/ticket/{id}/approve/', { params: { path }, body: sent }));
    out.result(said, () => sayApproval(session, `${said.key} is approved for ${said.stage}`, said));
    return undefined;
  },
};

export const reject: Verb = {
  name: 'reject',
  takes: '[ticket]',
  summary: 'Reject a ticket for its next stage',
  description: 'It blocks the promotion until you withdraw it (`stamp approve --withdraw`), or until new modules come.',
  options: [...OPTIONS, ['--reason <text>', 'what has to change']],
  completes: 'ticket',
  json: APPROVAL_FIELDS,
  examples: [
    { run: 'stamp reject TKT-1 --as qa@example.com --reason "The menu is gone"', says: 'it stays where it is' },
  ],
  run: async (session, [name], options) => {
    const { server, out } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const reason = textOf(options, 'reason')?.trim();
    if (!reason) throw usage('Give a reason: --reason "…"');
    const body = { ...placeOf(options), reason };
    const said = await server.of(server.api.POST('/api/v1/ticket/{id}/reject/', { params: { path }, body }));
    out.result(said, () => sayApproval(session, `${said.key} is rejected for ${said.stage}`, said));
    return undefined;
  },
};

interface Place {
  readonly stage?: string;
  readonly name?: string;
  readonly as?: string;
}

function placeOf(options: Options): Place {
  const [stage, name, as] = ['stage', 'rule', 'as'].map((option) => textOf(options, option));
  return {
    ...(stage === undefined ? {} : { stage }),
    ...(name === undefined ? {} : { name }),
    ...(as === undefined ? {} : { as }),
  };
}

function sayApproval(
  { out }: Session,
  headline: string,
  { by, checked, revision }: { readonly by: string; readonly checked: boolean; readonly revision: number },
): void {
  sayFacts(out, headline, [
    ['by', checked ? by : `${by} (not checked: the server asks for no tokens)`],
    ['revision', String(revision)],
  ]);
}
