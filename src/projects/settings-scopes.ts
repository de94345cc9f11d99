// Settings that say what production is, or where its modules come from: `admin` alone doesn't change them, since that would be
// a way to production past `map:<stage>`.
import { type Principal, holdsScope, scopeMissing } from '../platform/principal.js';
import type { ProjectSettings } from './project-settings.js';
import { DEFAULT_STAGES } from './stages/stage-setting.js';

/**
 * Who changes which stage is the first, where modules come in, or the last, which is production, holds the scopes of the one
 * that was and of the one that will be; who changes `modules_url` that of production. Throws forbidden `scope.missing`.
 */
export function requireSettingScopes(principal: Principal, before: ProjectSettings, after: ProjectSettings): void {
  for (const [stage, field] of stagesAtStake(before, after))
    if (!holdsScope(principal, `map:${stage}`)) throw scopeMissing(`map:${stage}`, `settings.${field}`);
}

function* stagesAtStake(before: ProjectSettings, after: ProjectSettings): Generator<[stage: string, field: string]> {
  for (const end of [0, -1]) {
    const [was, is] = [stageAt(before, end), stageAt(after, end)];
    if (was !== is) yield* [[was, 'stages'] as [string, string], [is, 'stages'] as [string, string]];
  }
  if (before.modules_url !== after.modules_url)
    yield* [
      [stageAt(before, -1), 'modules_url'] as [string, string],
      [stageAt(after, -1), 'modules_url'] as [string, string],
    ];
}

const stageAt = ({ stages }: ProjectSettings, end: number): string => (stages ?? DEFAULT_STAGES).at(end)?.name ?? '';
