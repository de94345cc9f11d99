// Arbitrary states of tickets and subtickets, for properties of the pure rules: only such as the rules can lead to.
import fc from 'fast-check';
import { type Failure, FAILURE_KINDS } from '../../src/workflow/failure.js';
import type { Position, WorkState } from '../../src/workflow/move.js';
import type { LiveSubticket } from '../../src/workflow/roll-up.js';
import { LINE, STEPS } from '../../src/workflow/steps.js';

/** Statuses around every border of the rules. */
const STATUSES = [0, 1, 100, 998, 999, 1000];

const step = fc.constantFrom(...STEPS);
const status = fc.constantFrom(...STATUSES);
const text = fc.constantFrom(null, 'build failed');

const aFailure: fc.Arbitrary<Failure> = fc.record({
  cause: fc.constantFrom('reported' as const, 'roll_up' as const),
  code: text,
  kind: fc.constantFrom(null, ...FAILURE_KINDS),
  summary: text,
  step: fc.constantFrom('100', '200', '500'),
  subticket: fc.constantFrom(null, 1, 2, 3),
  log: text,
});

/** Where to move: a step, a status, both or neither. */
export const anAsked: fc.Arbitrary<Partial<Position>> = fc.record({ step, status }, { requiredKeys: [] });

/** A ticket: a failure record only where it failed, and where it came from only at 999. */
export const aState: fc.Arbitrary<WorkState> = fc
  .record({
    step,
    status,
    closed: fc.boolean(),
    from: fc.option(fc.record({ step: fc.constantFrom(...LINE), status })),
    failure: fc.option(aFailure),
  })
  .map(({ from, failure, ...at }) => ({
    ...at,
    failedAtStep: at.step === 999 ? (from?.step ?? null) : null,
    failedAtStatus: at.step === 999 ? (from?.status ?? null) : null,
    failure: at.step === 999 || at.status === 999 ? failure : null,
  }));

/** Live subtickets with different ids, in the order of their ids. */
export const liveSubtickets: fc.Arbitrary<LiveSubticket[]> = fc
  .array(fc.record({ step, status, failure: fc.option(aFailure) }), { maxLength: 4 })
  .map((all) => all.map((one, index) => ({ ...one, id: index + 1 })));
