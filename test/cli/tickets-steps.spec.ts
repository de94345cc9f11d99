// The command's own table of steps says what the server's does; steps, statuses and conditions are read as people write them.
import { CliError } from '../../src/cli/words/cli-error.js';
import { isStep, nameOf, statusNamed, stepNamed, STEPS } from '../../src/cli/tickets/steps.js';
import { parseCondition } from '../../src/cli/tickets/wait-condition.js';
import type { Ticket } from '../../src/cli/tickets/ticket-name.js';
import { parseUntil } from '../../src/tickets/ticket-waiter.js';
import { STEP_NAMES } from '../../src/workflow/steps.js';

test("the names of the steps are the server's", () => {
  expect(STEPS.map((step) => [Number(step), nameOf(step)])).toEqual([...STEP_NAMES]);
});

test.each([
  ['300', '300'],
  ['image-building', '300'],
  ['Image Testing', '400'],
  ['complete', '1000'],
  ['pub', undefined],
  ['package-p', '500'],
  ['image', undefined],
  ['201', undefined],
  ['', undefined],
])('a step written as %j is %s', (text, step) => {
  if (step === undefined) expect(() => stepNamed(text)).toThrow(/is not a step\. The steps are 100 Queued, /);
  else expect(stepNamed(text)).toBe(step);
});

test.each([
  ['0', '000'],
  ['7', '007'],
  ['100', '100'],
  ['1000', '1000'],
  ['1001', undefined],
  ['-1', undefined],
  ['done', undefined],
])('a status written as %j is %s', (text, status) => {
  if (status === undefined) expect(() => statusNamed(text)).toThrow(CliError);
  else expect(statusNamed(text)).toBe(status);
});

const CONDITIONS: readonly string[] = [
  ...['complete', 'failed', 'closed', 'step>=400', 'step=999', 'step<300', 'status=1000', 'status>99', 'version>7'],
  ...['version<=3', ' step >= 400 ', '400', '1000', 'image-testing', 'Package Publishing', 'fail'],
];

test.each(CONDITIONS)(
  '%j is a condition that the server takes, and both mean the same of what has not failed',
  (given) => {
    const { text, holds } = parseCondition(given);
    const server = parseUntil(text);
    for (const step of STEPS.filter((one) => one !== '999'))
      for (const [status, version, closed] of [
        ['000', 1, false],
        ['100', 8, true],
        ['1000', 3, false],
      ] as const) {
        const closed_at = closed ? '2026-01-01T00:00:00Z' : null;
        const ticket = { current_workflow_step: step, status, version, closed_at } as Ticket;
        expect([step, status, holds(ticket)]).toEqual([
          step,
          status,
          server({ id: 1, step: Number(step), status: Number(status), version, closed }),
        ]);
      }
  },
);

test('a failed ticket has reached no step, unless it was waited for that', () => {
  const failed = { current_workflow_step: '999', status: '999', version: 4, closed_at: null } as Ticket;
  const outcome = (text: string): object => {
    const { holds, failsWith } = parseCondition(text);
    return { holds: holds(failed), failsWith };
  };
  for (const text of ['step>=400', 'complete', 'status=1000', 'status>100', 'image-testing'])
    expect([text, outcome(text)]).toEqual([text, { holds: false, failsWith: true }]);
  for (const text of ['failed', 'step=999', 'status=999', '999', 'fail'])
    expect([text, outcome(text)]).toEqual([text, { holds: true, failsWith: false }]);
  for (const text of ['closed', 'version>7']) expect(outcome(text)).toEqual({ holds: false, failsWith: false });
});

test.each(['', 'soon', 'step>', 'step=>400', 'stage=qa', '17', 'step>=400 and status=100'])(
  '%j is no condition',
  (text) => {
    expect(() => parseCondition(text)).toThrow(
      /is not a condition to wait for: use complete, failed, closed, step>=400/,
    );
  },
);

test('only numbers of steps are steps', () => {
  expect(['100', '999', '1000', '0100', '7', 'toString'].filter(isStep)).toEqual(['100', '999', '1000']);
});
