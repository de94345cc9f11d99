// The policy `lock`: the stage that a change goes to isn't locked (promotion.md, "Policies").
import { untilText } from '../../log/lines/stage-lines.js';
import type { Hold } from './hold.js';
import { type NextAction, requestAction, summaryOf, type Verdict } from './verdict.js';

/** A stage of a project, by the names that people use. */
export interface StagePlace {
  readonly stage: string;
  readonly project: string;
}

/**
 * @param lock the one that counts now, by the database's clock
 * @param since when it came to be so where nobody locked it, ISO 8601
 * @param base the URL that the client calls us by, without a slash at its end
 */
export function lockVerdict(place: StagePlace, lock: Hold | undefined, since: string, base: string): Verdict {
  if (!lock) {
    const summary = summaryOf(`${place.stage} of ${place.project} is not locked.`);
    return { policy: 'lock', verdict: 'pass', code: 'stage.open', summary, actor: 'you', since, next_actions: [] };
  }
  return {
    policy: 'lock',
    verdict: lock.until === null ? 'blocked' : 'waiting',
    code: 'stage.locked',
    summary: lockedSummary(place, lock),
    actor: lock.actor,
    since: lock.since,
    ...(lock.until === null ? {} : { until: lock.until }),
    next_actions: [unlockAction(place, base)],
  };
}

/** Who, until when and why, in at most 140 characters. */
export const lockedSummary = ({ stage, project }: StagePlace, lock: Hold): string =>
  summaryOf(`${stage} of ${project} is locked by ${lock.actor}${untilText(lock.until)}: ${lock.reason}`);

export const unlockAction = ({ stage, project }: StagePlace, base: string): NextAction =>
  requestAction(`Unlock ${stage}`, 'admin', {
    verb: 'unlock',
    method: 'POST',
    base,
    path: `/api/v1/stage/${encodeURIComponent(stage)}/unlock/?project=${encodeURIComponent(project)}`,
  });
