// A project's stages in their order, and how a ticket's step follows its stage (import-maps.md, section 4).
import type { Position } from '../../workflow/move.js';
import { COMPLETE, FAILED, STATUS_COMPLETE, STATUS_WAITING } from '../../workflow/steps.js';

export interface Stage {
  /** Also the query key of its previews: `?qa=TKT-1`. */
  readonly name: string;
  /** The workflow step that a ticket comes to with the stage. */
  readonly step: number;
  readonly title: string;
}

/** In order; the last one is production. Never empty. */
export type StageOrder = readonly Stage[];

export const firstStage = (line: StageOrder): Stage => line[0] as Stage;

export const production = (line: StageOrder): Stage => line[line.length - 1] as Stage;

export const stageNamed = (line: StageOrder, name: string | null): Stage | undefined =>
  line.find((stage) => stage.name === name);

export const stageAfter = (line: StageOrder, name: string | null): Stage | undefined =>
  line[line.findIndex((stage) => stage.name === name) + 1];

export const stageBefore = (line: StageOrder, name: string | null): Stage | undefined =>
  line[line.findIndex((stage) => stage.name === name) - 1];

/** Where a ticket is after it came to a stage: never below where it is already; production completes it. */
export function positionAfterPromotion(line: StageOrder, to: Stage, now: Position): Position {
  if (to.name === production(line).name) return { step: COMPLETE, status: STATUS_COMPLETE };
  if (now.step >= to.step && now.step !== FAILED) return { step: now.step, status: now.status };
  // A failed one stays failed until somebody retries it: bringing a fix is not the retry.
  return now.step === FAILED ? { step: now.step, status: now.status } : { step: to.step, status: STATUS_WAITING };
}

/** A revert goes back to the stage's own step. */
export const positionAfterRevert = (to: Stage): Position => ({ step: to.step, status: STATUS_WAITING });
