// What the record of a failure looks like in the OpenAPI document (workflow/failure.ts has the type).
import { ID_SCHEMA } from '../platform/whole-number.js';
import { FAILURE_KINDS } from '../workflow/failure.js';
import { STEPS } from '../workflow/steps.js';

const text = (description: string): object => ({ type: ['string', 'null'], description });

export const FAILURE_SHAPE = {
  type: 'object',
  properties: {
    cause: { type: 'string', enum: ['reported', 'roll_up'], description: 'Who failed it: a report, or a subticket.' },
    code: text("Stable and the tool's own; `subticket.failed` for roll-up."),
    kind: { ...text('Whose it is.'), enum: [...FAILURE_KINDS, null] },
    summary: text('What happened, for people.'),
    step: { ...text('The step at which it happened.'), enum: [...STEPS.map(String), null] },
    subticket: { ...ID_SCHEMA, type: ['integer', 'null'], description: 'The subticket that failed.' },
    log: text('A URL that shows it.'),
  },
  required: ['cause', 'code', 'kind', 'summary', 'step', 'subticket', 'log'],
};
