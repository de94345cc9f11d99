// How subtickets move their ticket: each rule by example, and what must hold for every ticket and any subtickets.
import fc from 'fast-check';
import { isFailed, move, type WorkState } from '../../src/workflow/move.js';
import { isSubticketComplete, type LiveSubticket, rollUp } from '../../src/workflow/roll-up.js';
import { STEPS } from '../../src/workflow/steps.js';
import { aState, liveSubtickets } from '../builders/work-states.js';

function ticket(step: number, status = 0, more: Partial<WorkState> = {}): WorkState {
  return { step, status, failedAtStep: null, failedAtStatus: null, failure: null, closed: false, ...more };
}

const live = (...positions: [number, number][]): LiveSubticket[] =>
  positions.map(([step, status], index) => ({ id: index + 1, step, status, failure: null }));

const all = (property: (state: WorkState, subtickets: LiveSubticket[]) => void): void =>
  fc.assert(fc.property(aState, liveSubtickets, property), { numRuns: 2000 });

it.each(STEPS.flatMap((step) => [0, 1, 998, 999, 1000].map((status) => [step, status] as const)))(
  'counts a subticket at %d/%d as complete or not',
  (step, status) => {
    const complete = step === 1000 || (step > 200 && step !== 999) || (step === 200 && status === 1000);
    expect(isSubticketComplete({ step, status })).toBe(complete && status !== 999);
  },
);

describe('the rules', () => {
  it.each<[string, WorkState, LiveSubticket[], Partial<WorkState>]>([
    ['the first at 200 starts a queued ticket', ticket(100, 5), live([100, 0], [200, 0]), { step: 200, status: 0 }],
    ['one at 100 starts nothing', ticket(100), live([100, 500]), { step: 100, status: 0 }],
    ['all complete: 200 is complete', ticket(200, 7), live([200, 1000], [300, 0]), { step: 200, status: 1000 }],
    ['all complete takes a queued ticket there at once', ticket(100), live([1000, 0]), { step: 200, status: 1000 }],
    ['one not complete: 200 goes on', ticket(200, 7), live([200, 1000], [200, 999 - 1]), { step: 200, status: 7 }],
    [
      'one failed fails it',
      ticket(200, 7),
      live([200, 1000], [999, 0]),
      { step: 999, status: 999, failedAtStep: 200, failedAtStatus: 7 },
    ],
    [
      'status 999 fails it as well',
      ticket(300, 7),
      live([200, 999]),
      { step: 999, failedAtStep: 300, failedAtStatus: 7 },
    ],
    ['from 300 nothing else moves it', ticket(400, 7), live([1000, 1000]), { step: 400, status: 7 }],
    ['without a live one nothing happens', ticket(999, 999, { failedAtStep: 200 }), [], { step: 999 }],
  ])('%s', (_rule, before, subtickets, after) => {
    expect(rollUp(before, subtickets)).toMatchObject(after);
  });

  it('remembers which subticket failed and what was said of it', () => {
    const failure = {
      cause: 'reported',
      code: 'tests',
      kind: 'product',
      summary: 'tests failed',
      step: '200',
      subticket: null,
      log: 'http://ci/1',
    } as const;
    const [sound, broken] = live([200, 0], [999, 999]);
    expect(rollUp(ticket(200), [sound!, { ...broken!, failure }]).failure).toEqual({
      ...failure,
      cause: 'roll_up',
      subticket: 2,
    });
    expect(rollUp(ticket(200), [sound!, broken!]).failure).toMatchObject({
      code: 'subticket.failed',
      summary: 'Subticket 2 failed.',
    });
  });

  it('names another subticket when the first has recovered and the other has not', () => {
    const failed = rollUp(ticket(200, 7), live([999, 0], [999, 0]));
    expect(failed.failure?.subticket).toBe(1);
    const still = rollUp(failed, live([200, 0], [999, 0]));
    expect(still).toMatchObject({
      step: 999,
      failedAtStep: 200,
      failedAtStatus: 7,
      failure: { subticket: 2, cause: 'roll_up' },
    });
  });

  it('gives back a failure that had been reported before roll-up failed the ticket', () => {
    const result = move(
      ticket(300),
      { status: 999 },
      { mode: 'free', openSubtickets: [], name: 'TKT-1' },
      { reason: 'image too big' },
    );
    const reported = (result as { next: WorkState }).next;
    const failed = rollUp(reported, live([999, 0]));
    expect(failed.failure).toMatchObject({ cause: 'roll_up', earlier: { summary: 'image too big' } });
    expect(rollUp(failed, live([200, 0]))).toEqual(reported);
  });
});

describe('for every ticket and any subtickets', () => {
  it('rolling up twice changes nothing', () => {
    all((state, subtickets) => {
      const once = rollUp(state, subtickets);
      expect(rollUp(once, subtickets)).toBe(once);
    });
  });

  it('leaves complete and closed tickets, and those without a live subticket', () => {
    all((state, subtickets) => {
      if (state.closed || state.step === 1000) expect(rollUp(state, subtickets)).toBe(state);
      expect(rollUp(state, [])).toBe(state);
    });
  });

  it('never undoes a reported failure', () => {
    all((state, subtickets) => {
      if (!isFailed(state) || state.failure?.cause === 'roll_up') return;
      const after = rollUp(state, subtickets);
      expect(isFailed(after)).toBe(true);
      if (state.step === 999) expect(after).toBe(state);
    });
  });

  it('moves a ticket at 300 to 500 to 999 or not at all', () => {
    all((state, subtickets) => {
      if (![300, 400, 500].includes(state.step)) return;
      const after = rollUp(state, subtickets);
      expect(after === state || after.step === 999).toBe(true);
    });
  });

  it('fails a ticket exactly when a live subticket has failed', () => {
    all((state, subtickets) => {
      if (state.closed || state.step === 1000 || state.step === 999) return;
      expect(rollUp(state, subtickets).step === 999).toBe(subtickets.some(isFailed));
    });
  });

  it('undoes its own failure exactly: back to the step, the status and the record it had', () => {
    all((state, subtickets) => {
      const failed = subtickets.some(isFailed);
      if (state.closed || state.step >= 999 || !failed || state.failure?.cause === 'roll_up') return;
      // Sound again but not started: nothing but the undoing happens.
      const sound = subtickets.map((one) => ({ ...one, step: 100, status: 0, failure: null }));
      expect(rollUp(rollUp(state, subtickets), sound)).toEqual(state);
    });
  });

  it('after a recovery stands where it would stand if nothing had failed', () => {
    all((state, subtickets) => {
      if (state.step >= 999 || state.failure?.cause === 'roll_up') return;
      const sound = subtickets.filter((one) => !isFailed(one));
      if (sound.length === 0) return;
      expect(rollUp(rollUp(state, subtickets), sound)).toEqual(rollUp(state, sound));
    });
  });
});
