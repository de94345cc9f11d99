// The policy `lock`, asked: whether the stage that comes next is locked; a released ticket has none.
import { lockVerdict } from '../domain/lock-policy.js';
import { holdOf } from '../holds/held-rows.js';
import type { Policy } from '../policy.js';

export const lock: Policy = {
  name: 'lock',
  about: 'The stage is not locked.',
  overridable: false,
  async ask(sql, { ticket: { stage, project, row }, base, to: next }) {
    if (stage === null || !next) return [];
    const locked = await holdOf(sql, { project: project.id, stage: next.name });
    return [lockVerdict({ stage: next.name, project: project.name }, locked, String(row.updated_at), base)];
  },
};
