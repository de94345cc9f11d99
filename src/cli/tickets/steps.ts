// The steps of the workflow as people call them. The API says numbers only; test/cli/tickets-steps.spec.ts holds these names
// to the server's.
import { usage } from '../words/cli-error.js';
import type { Ticket } from './ticket-name.js';

export type Step = Ticket['current_workflow_step'];

const NAMES: Readonly<Record<Step, string>> = {
  '100': 'Queued',
  '200': 'Package Building',
  '300': 'Image Building',
  '400': 'Image Testing',
  '500': 'Package Publishing',
  '999': 'Failed',
  '1000': 'Complete',
};

/** In order, with 999 where its number puts it. */
export const STEPS = Object.keys(NAMES) as readonly Step[];
/** The way of a change; 999 stands beside it. */
export const LINE: readonly Step[] = STEPS.filter((step) => step !== '999');

/** What has a step and a status: a ticket, a subticket. */
export interface Position {
  readonly current_workflow_step: Step;
  readonly status: string;
}

export const isStep = (text: string): text is Step => Object.hasOwn(NAMES, text);
export const nameOf = (step: Step): string => NAMES[step];
/** `200 Package Building` */
export const stepText = (step: Step): string => `${step} ${NAMES[step]}`;

/** At 999, or with status 999 at another step. */
export const isFailed = (at: Position): boolean => at.current_workflow_step === '999' || at.status === '999';
export const isComplete = (at: Position): boolean => at.current_workflow_step === '1000';

/** `200 Package Building, status 100` */
export const positionText = (at: Position): string => `${stepText(at.current_workflow_step)}, status ${at.status}`;

/** What a step begins with where nobody says a status. */
export const statusOf = (step: Step): string => (step === '999' || step === '1000' ? step : '000');

/** `300`, `image-building`, `"Image Building"`, or the beginning of one name. Rejects with usage. */
export function stepNamed(text: string): Step {
  if (isStep(text)) return text;
  const meant = STEPS.filter((step) => plain(NAMES[step]).startsWith(plain(text)));
  if (meant.length === 1 && meant[0] && /[a-z]/i.test(text)) return meant[0];
  throw usage(`'${text}' is not a step. The steps are ${STEPS.map(stepText).join(', ')}.`);
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, '');

/** Three digits, or `1000`; `0` and `00` too. Rejects with usage. */
export function statusNamed(text: string): string {
  if (/^\d{1,3}$/.test(text)) return text.padStart(3, '0');
  if (text === '1000') return text;
  throw usage(`'${text}' is not a status: 000 waiting, 001 to 998 running, 999 failed, 1000 complete.`);
}
