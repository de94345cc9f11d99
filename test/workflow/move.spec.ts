// What a status change does: free moves, failures and their records, closed tickets, strict mode.
import fc from 'fast-check';
import type { Failure } from '../../src/workflow/failure.js';
import { furthestStep, isFailed, move, type MoveContext, type WorkState } from '../../src/workflow/move.js';
import { LINE } from '../../src/workflow/steps.js';
import { aState, anAsked } from '../builders/work-states.js';

const free: MoveContext = { mode: 'free', openSubtickets: [], name: 'TKT-1' };
const strict: MoveContext = { ...free, mode: 'strict' };

function at(step: number, status = 0, more: Partial<WorkState> = {}): WorkState {
  return { step, status, failedAtStep: null, failedAtStatus: null, failure: null, closed: false, ...more };
}

function moved(now: WorkState, asked: Parameters<typeof move>[1], report = {}, context = free): WorkState {
  const result = move(now, asked, context, report);
  if (result.refused) throw new Error(result.message);
  return result.next;
}

describe('in free mode', () => {
  it('goes to any step and status from anywhere, and a field left out keeps its value', () => {
    fc.assert(
      fc.property(aState, anAsked, (state, asked) => {
        const now = { ...state, closed: false };
        expect(moved(now, asked)).toMatchObject({ step: asked.step ?? now.step, status: asked.status ?? now.status });
      }),
    );
  });

  it('makes nothing of a repeat: the second time nothing changes', () => {
    const report = { reason: 'no space left', code: 'disk.full' };
    fc.assert(
      fc.property(aState, anAsked, fc.boolean(), (state, asked, said) => {
        const once = moved({ ...state, closed: false }, asked, said ? report : {});
        expect(move(once, asked, free, said ? report : {})).toEqual({ refused: false, changed: false, next: once });
      }),
    );
  });

  it('knows where it failed at 999, and nowhere else', () => {
    fc.assert(
      fc.property(aState, anAsked, (state, asked) => {
        const now = { ...state, closed: false };
        const next = moved(now, asked);
        const origin = { failedAtStep: next.failedAtStep, failedAtStatus: next.failedAtStatus };
        if (next.step !== 999) expect(origin).toEqual({ failedAtStep: null, failedAtStatus: null });
        else if (now.step !== 999) expect(origin).toEqual({ failedAtStep: now.step, failedAtStatus: now.status });
        else expect(origin).toEqual({ failedAtStep: now.failedAtStep, failedAtStatus: now.failedAtStatus });
      }),
    );
  });

  it('has a failure record only while it is failed', () => {
    fc.assert(
      fc.property(aState, anAsked, fc.boolean(), (state, asked, said) => {
        const next = moved({ ...state, closed: false }, asked, said ? { reason: 'no space left' } : {});
        if (!isFailed(next)) expect(next.failure).toBeNull();
        else if (said) expect(next.failure?.summary).toBe('no space left');
      }),
    );
  });

  it('goes from 999 straight to 1000', () => {
    expect(moved(at(999, 999, { failedAtStep: 200, failedAtStatus: 100 }), { step: 1000, status: 1000 })).toEqual(
      at(1000, 1000),
    );
  });
});

describe('a failure record', () => {
  const EMPTY: Failure = {
    cause: 'reported',
    code: null,
    kind: null,
    summary: null,
    step: '200',
    subticket: null,
    log: null,
  };

  it('says where it failed, even when nobody says why', () => {
    expect(moved(at(200, 100), { step: 999, status: 999 }).failure).toEqual(EMPTY);
  });

  it('keeps what is reported', () => {
    const report = {
      reason: 'tests failed',
      code: 'tests',
      kind: 'product',
      log: 'http://ci/1',
      subticket: 3,
    } as const;
    expect(moved(at(200), { step: 999 }, report).failure).toEqual({
      ...EMPTY,
      summary: 'tests failed',
      code: 'tests',
      kind: 'product',
      log: 'http://ci/1',
      subticket: 3,
    });
  });

  it('is completed by a later report, which keeps what it leaves out', () => {
    const first = moved(at(200), { step: 999 }, { reason: 'tests failed' });
    const second = moved(first, { step: 999 }, { log: 'http://ci/1' });
    expect(second.failure).toEqual({ ...EMPTY, summary: 'tests failed', log: 'http://ci/1' });
  });

  it('is the same whatever the order of its keys, which the database chooses', () => {
    const reported = moved(at(200), { step: 999 }, { reason: 'tests failed' });
    const read = {
      ...reported,
      failure: Object.fromEntries(Object.entries(reported.failure ?? {}).reverse()) as unknown as Failure,
    };
    expect(move(read, { step: 999 }, free, { reason: 'tests failed' })).toEqual({
      refused: false,
      changed: false,
      next: read,
    });
  });

  it('names the step where status 999 was reported, and moves with it to 999', () => {
    const failing = moved(at(300), { status: 999 }, { reason: 'image too big' });
    expect(failing).toMatchObject({ step: 300, failedAtStep: null, failure: { step: '300' } });
    expect(moved(failing, { step: 999 })).toMatchObject({
      failedAtStep: 300,
      failure: { summary: 'image too big', step: '300' },
    });
  });

  it('goes when it is over', () => {
    const failed = moved(at(200, 100), { step: 999, status: 999 }, { reason: 'tests failed' });
    expect(moved(failed, { step: 200, status: 0 })).toEqual(at(200, 0));
  });
});

it('refuses every move of a closed one, in both modes', () => {
  fc.assert(
    fc.property(aState, anAsked, fc.constantFrom(free, strict), (state, asked, context) => {
      expect(move({ ...state, closed: true }, asked, context)).toMatchObject({ refused: true, code: 'ticket.closed' });
    }),
  );
});

describe('in strict mode', () => {
  const FORWARD: [number, number][] = [
    [100, 200],
    [200, 300],
    [300, 400],
    [400, 500],
    [500, 1000],
    [1000, 1000],
  ];
  it.each(FORWARD)('goes from %d no further than %d', (from, furthest) => {
    expect(furthestStep(at(from))).toBe(furthest);
    const allowed = LINE.filter((step) => !move(at(from), { step }, strict).refused);
    expect(allowed).toEqual(from === 1000 ? [1000] : LINE.filter((step) => step <= furthest));
  });

  it('goes back from 999 to where it failed or before', () => {
    const failed = at(999, 999, { failedAtStep: 300 });
    expect(LINE.filter((step) => !move(failed, { step }, strict).refused)).toEqual([100, 200, 300]);
    expect(move(failed, { step: 400 }, strict)).toMatchObject({ code: 'workflow.skips_steps' });
    expect(LINE.filter((step) => !move(at(999), { step }, strict).refused)).toEqual([100]);
  });

  it('fails from anywhere but 1000', () => {
    for (const step of LINE) expect(move(at(step), { step: 999 }, strict).refused).toBe(step === 1000);
  });

  it('names the next step, and the subtickets that stand in the way of 1000', () => {
    expect(move(at(100), { step: 300 }, strict)).toMatchObject({
      message: expect.stringContaining('the next is 200 (Package Building)'),
    });
    const open = { ...strict, openSubtickets: [4, 7] };
    expect(move(at(500), { step: 1000 }, open)).toMatchObject({
      code: 'workflow.subtickets_open',
      message: expect.stringContaining('4, 7'),
    });
    expect(move(at(1000), { step: 100 }, strict)).toMatchObject({
      code: 'workflow.complete',
      message: expect.stringContaining('reopen'),
    });
  });

  it('lets the status change at every step, 1000 included', () => {
    for (const step of LINE) expect(moved(at(step), { status: 100 }, {}, strict).status).toBe(100);
  });

  it('allows nothing that free mode refuses, and does the same where it allows', () => {
    fc.assert(
      fc.property(aState, anAsked, (state, asked) => {
        const narrow = move(state, asked, strict);
        if (!narrow.refused) expect(narrow).toEqual(move(state, asked, free));
      }),
    );
  });
});
