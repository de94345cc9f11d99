// What can be waited for: the conditions of GET ticket/<id>/?until=, and steps by their names.
import { usage } from '../words/cli-error.js';
import { isFailed, isStep, type Step, stepNamed } from './steps.js';
import type { Ticket } from './ticket-name.js';

export interface Condition {
  /** As the server takes it: `step>=400`. */
  readonly text: string;
  readonly holds: (ticket: Ticket) => boolean;
  /** True where a failure means that it won't come to be so. */
  readonly failsWith: boolean;
}

const COMPARISONS: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '>=': (one, other) => one >= other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '<': (one, other) => one < other,
  '=': (one, other) => one === other,
};
const FAILED = 999;

/** Rejects with usage. */
export function parseCondition(given: string): Condition {
  const text = given.replaceAll(/\s/g, '');
  if (text === 'failed') return { text, holds: isFailed, failsWith: false };
  if (text === 'complete') return { text, holds: (ticket) => ticket.current_workflow_step === '1000', failsWith: true };
  if (text === 'closed') return { text, holds: (ticket) => ticket.closed_at !== null, failsWith: false };
  const [, field = '', sign = '', wanted = ''] = /^(step|status|version)(>=|<=|>|<|=)(\d{1,9})$/.exec(text) ?? [];
  const compare = COMPARISONS[sign];
  if (compare) return comparison({ text, field, compare, wanted: Number(wanted) });
  if (isStep(text) || /^[a-z]/i.test(given)) return thereOrBeyond(stepOf(given));
  throw misunderstood(given);
}

const thereOrBeyond = (step: Step): Condition => parseCondition(step === '999' ? 'failed' : `step>=${step}`);

/** The server counts 999 as a number like any other; one who waits for `step>=400` doesn't mean a failure. */
function comparison(of: {
  text: string;
  field: string;
  compare: (one: number, other: number) => boolean;
  wanted: number;
}): Condition {
  const { text, field, compare, wanted } = of;
  const failsWith = field !== 'version' && wanted !== FAILED;
  const valueOf = (ticket: Ticket): number =>
    field === 'step'
      ? Number(ticket.current_workflow_step)
      : Number(field === 'status' ? ticket.status : ticket.version);
  return { text, failsWith, holds: (ticket) => compare(valueOf(ticket), wanted) && !(failsWith && isFailed(ticket)) };
}

function stepOf(given: string): Step {
  try {
    return stepNamed(given);
  } catch {
    throw misunderstood(given);
  }
}

const misunderstood = (given: string): Error =>
  usage(
    `'${given}' is not a condition to wait for: use complete, failed, closed, step>=400, status=1000, version>7 or a step's name.`,
  );
