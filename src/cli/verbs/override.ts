// stamp override: goes past a policy for one ticket, with a reason and an end.
import { sayFacts } from '../output/facts.js';
import type { Verb } from '../session/verb.js';
import { ticketNamed } from '../tickets/ticket-name.js';
import { usage } from '../words/cli-error.js';
import { OVERRIDE_FIELDS } from '../words/json-shapes.js';
import { timeFor } from '../words/local-time.js';
import { textOf } from '../words/options.js';

const USUAL_HOURS = 4;

export const override: Verb = {
  name: 'override',
  takes: '<policy> [ticket]',
  summary: 'Override a policy for a ticket',
  description:
    'For one stage and the modules that the ticket has now. The scope is `override`, which no other scope has in it. The history, the stream and every verdict say who did it and why.',
  options: [
    ['--reason <text>', 'why, for the history'],
    ['--hours <n>', `until when: 1 to 72 hours; without it, ${USUAL_HOURS}`],
    ['--stage <stage>', 'the stage to be entered; without it, the next one'],
    ['--rule <name>', 'one rule of the policy; without it, all of them'],
    ['--withdraw', 'end it now'],
  ],
  completes: 'ticket',
  json: OVERRIDE_FIELDS,
  examples: [{ run: 'stamp override soak TKT-1 --reason "The fix cannot wait" --hours 2', says: 'it need not wait' }],
  run: async (session, [policy = '', name], options) => {
    const { server, out } = session;
    const path = { id: await ticketNamed(session, name, options) };
    const [stage, rule] = [textOf(options, 'stage'), textOf(options, 'rule')];
    const what = {
      policy,
      ...(stage === undefined ? {} : { stage }),
      ...(rule === undefined ? {} : { name: rule }),
    };
    if (options.withdraw === true) {
      const done = await server.of(
        server.api.POST('/api/v1/ticket/{id}/unoverride/', { params: { path }, body: what }),
      );
      out.result(done, () => out.say(`${policy} is asked of ${done.key} again.`));
      return undefined;
    }
    const reason = textOf(options, 'reason')?.trim();
    if (!reason) throw usage('Give a reason for the history: --reason "…"');
    const body = { ...what, reason, hours: hoursOf(textOf(options, 'hours')) };
    const done = await server.of(server.api.POST('/api/v1/ticket/{id}/override/', { params: { path }, body }));
    out.result(done, () =>
      sayFacts(out, `${policy} is overridden for ${done.key} at ${done.stage}`, [
        ['revision', String(done.revision)],
        ['until', done.override ? timeFor(out, done.override.until) : undefined],
      ]),
    );
    return undefined;
  },
};

function hoursOf(given: string | undefined): number {
  if (given === undefined) return USUAL_HOURS;
  const hours = Number(given);
  if (Number.isInteger(hours) && hours >= 1 && hours <= 72) return hours;
  throw usage('--hours is a whole number from 1 to 72.');
}
