// The policy `lock`, asked: whether the stage that comes next is locked; a released ticket has none.
import { stageAfter } from '../../projects/stages/stage-order.js';
import { lockVerdict } from '../domain/lock-policy.js';
import { holdOf } from '../holds/held-rows.js';
import type { Policy } from '../policy.js';

export const lock: Policy = {
  name: 'lock',
  async ask(sql, { ticket: { stages, stage, project, row }, base }) {
    const next = stage === null ? undefined : stageAfter(stages, stage);
    if (!next) return [];
    const locked = await holdOf(sql, { project: project.id, stage: next.name });
    return [lockVerdict({ stage: next.name, project: project.name }, locked, String(row.updated_at), base)];
  },
};
