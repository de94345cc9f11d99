// Every state that a ticket may be in, and everything that may be asked of it, for comparing the two forms of the rules.
import type { Failure } from '../../src/workflow/failure.js';
import type { Position, WorkflowMode, WorkState } from '../../src/workflow/move.js';
import { LINE, STEPS } from '../../src/workflow/steps.js';

export interface MoveCase {
  readonly mode: WorkflowMode;
  readonly state: WorkState;
  readonly asked: Partial<Position>;
  /** Whether If-Match names the ticket's version, another one, or is not sent. */
  readonly ifMatch: 'matching' | 'other' | 'none';
}

const STATUSES = [0, 1, 998, 999, 1000];
const REPORTED: Failure = {
  cause: 'reported',
  code: 'tests',
  kind: 'product',
  summary: 'tests\nfailed',
  step: '200',
  subticket: null,
  log: null,
};
const ROLLED_UP: Failure = { ...REPORTED, cause: 'roll_up', summary: 'Ä'.repeat(200), subticket: 4 };
const WORDLESS: Failure = { ...REPORTED, summary: '' };

/** With a record and without where it failed; at 999 from several steps, and created there. */
function statesAt(step: number, status: number): WorkState[] {
  const plain: WorkState = { step, status, failedAtStep: null, failedAtStatus: null, failure: null, closed: false };
  if (step !== 999)
    return status === 999 ? [null, REPORTED, ROLLED_UP].map((failure) => ({ ...plain, failure })) : [plain];
  return [null, 100, 300, 500, 1000].flatMap((from) =>
    [null, REPORTED, ROLLED_UP, WORDLESS].map((failure) => ({
      ...plain,
      failedAtStep: from,
      failedAtStatus: from === null ? null : 7,
      failure,
    })),
  );
}

const STATES: readonly WorkState[] = STEPS.flatMap((step) => STATUSES.flatMap((status) => statesAt(step, status)));

const ASKED: readonly Partial<Position>[] = [undefined, ...STEPS].flatMap((step) =>
  [undefined, ...STATUSES].map((status) => ({ ...(step && { step }), ...(status !== undefined && { status }) })),
);

/** About 14 000: every state × everything asked × mode, and a share of them closed or with If-Match. */
export function moveCases(): MoveCase[] {
  const open = STATES.flatMap((state) =>
    ASKED.flatMap((asked) =>
      (['free', 'strict'] as const).map((mode) => ({ mode, state, asked, ifMatch: 'none' as const })),
    ),
  );
  const few: Partial<Position>[] = [{ step: 200 }, { step: 999, status: 999 }, { status: 5 }, {}];
  const special = STATES.flatMap((state) =>
    few.flatMap((asked) => [
      { mode: 'free' as const, state: { ...state, closed: true }, asked, ifMatch: 'none' as const },
      { mode: 'strict' as const, state, asked, ifMatch: 'matching' as const },
      { mode: 'free' as const, state, asked, ifMatch: 'other' as const },
    ]),
  );
  return [...open, ...special];
}

/** What the wire may ask for, for the comparison of whole requests: the most telling of each kind. */
export function requestCases(): MoveCase[] {
  const asked: Partial<Position>[] = [
    ...LINE.map((step) => ({ step, status: 0 })),
    { step: 999, status: 999 },
    { step: 999 },
    { status: 999 },
    { status: 500 },
  ];
  const states = STATES.filter(
    ({ status, failedAtStep }) => [0, 999].includes(status) && [null, 300].includes(failedAtStep),
  );
  return states.flatMap((state, index) =>
    asked.flatMap((to, other) => {
      const turn = (index * asked.length + other) % 5;
      const ifMatch = turn === 0 ? ('other' as const) : turn === 1 ? ('matching' as const) : ('none' as const);
      return (['free', 'strict'] as const).map((mode) => ({
        mode,
        asked: to,
        ifMatch,
        state: { ...state, closed: turn === 2 },
      }));
    }),
  );
}
