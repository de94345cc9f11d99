// What is said of a failure, for tickets and subtickets.
import type { components } from '../../client/schema.d.js';
import { usage } from '../words/cli-error.js';
import type { OptionLine } from '../session/verb.js';
import { type Options, textOf } from '../words/options.js';
import { stepNamed } from './steps.js';

type Report = components['schemas']['UpdateticketstatusChange'];

const KINDS = ['product', 'infra', 'policy', 'conflict', 'timeout'] as const satisfies readonly Report['kind'][];

export const FAILURE_OPTIONS: readonly OptionLine[] = [
  ['--reason <text>', 'what happened, in one line'],
  ['--log <url>', 'the URL of the log; becomes a LOGS artifact'],
  ['--code <code>', 'a stable code that you choose: build.tests_failed'],
  ['--kind <kind>', `the kind of cause: ${KINDS.join(', ')}`],
  ['--step <step>', 'stay at this step with status 999; without it the move is to 999 (Failed)'],
];

/** The body of the report. Rejects with usage. */
export function failureReport(options: Options): Report {
  const [reason, log, code, kind, step] = ['reason', 'log', 'code', 'kind', 'step'].map((name) =>
    textOf(options, name),
  );
  if (!reason) throw usage('Give a reason in one line: --reason "test 1560 failed".');
  if (kind !== undefined && !isKind(kind))
    throw usage(`'${kind}' is not a kind of failure. Known: ${KINDS.join(', ')}.`);
  return {
    current_workflow_step: step === undefined ? '999' : stepNamed(step),
    status: '999',
    reason,
    ...(log === undefined ? {} : { log }),
    ...(code === undefined ? {} : { code }),
    ...(kind === undefined ? {} : { kind }),
  };
}

const isKind = (text: string): text is (typeof KINDS)[number] => (KINDS as readonly string[]).includes(text);
