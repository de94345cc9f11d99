// stamp why: what stands between a ticket and its next stage.
import { shell } from '../../platform/shell-quote.js';
import { EXIT } from '../words/exit-codes.js';
import type { Why } from '../stages/shapes.js';
import { exitOfVerdicts, passes, sayVerdicts } from '../stages/verdicts.js';
import { textOf } from '../words/options.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import type { Verb } from '../session/verb.js';
import { WHY_FIELDS } from '../words/json-shapes.js';

export const why: Verb = {
  name: 'why',
  takes: '[ticket]',
  summary: 'Explain what blocks the promotion of a ticket',
  description: 'Ends with 0 if nothing does, 3 if a person has to act, 8 if it clears by itself.',
  options: [['--to <stage>', 'a stage further on; without it, the next one']],
  completes: 'ticket',
  json: WHY_FIELDS,
  examples: [
    { run: 'stamp why TKT-1', says: 'the verdict of each policy, and what to do' },
    { run: 'stamp why TKT-1 --json=promotable', says: 'for a script' },
    { run: 'stamp why TKT-3', says: 'one that is released can go no further', exit: EXIT.refused },
  ],
  run: async (session, [name], options) => {
    const { server, out, settings } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const to = textOf(options, 'to');
    const query = to === undefined ? {} : { to };
    const said = await server.of(server.api.GET('/api/v1/ticket/{id}/why/', { params: { path, query } }));
    out.result(said, () => {
      out.say(out.isTerminal ? out.paint('bold', headline(said)) : headline(said));
      sayVerdicts(out, said.verdicts, { key: said.key, url: settings.url });
    });
    if (said.promotable) return EXIT.ok;
    return said.verdicts.every(passes) ? EXIT.refused : exitOfVerdicts(said.verdicts);
  },
};

function headline({ key, stage, next_stage: next, closed, promotable, verdicts }: Why): string {
  if (closed) return `${key} is closed: ${shell`stamp reopen ${key}`}`;
  if (stage === null) return `${key} has no modules yet: ${shell`stamp ${key} --update`}`;
  if (next === null) return `${key} is at ${stage}, the last stage: ${shell`stamp reopen ${key}`} begins a new cycle`;
  if (promotable) return `${key} can go from ${stage} to ${next}: ${shell`stamp ${key} --promote`}`;
  return `${key} ${exitOfVerdicts(verdicts) === EXIT.pending ? 'waits before it can go' : "can't go"} from ${stage} to ${next}`;
}
