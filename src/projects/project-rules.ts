// The rules of project writes: settings are changed by somebody who saw them (promise 3), and `default` stays.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import { conflict, DomainError, invalidFields } from '../platform/errors.js';
import {
  type Decision,
  type FieldValues,
  type ResourceRules,
  type Row,
  resourceNamed,
  type WriteContext,
} from '../rest/resource.js';
import { plainDecision } from '../rest/writing/default-update.js';
import { keepModulesUrl } from './keep-modules-url.js';
import type { ProjectSettings } from './project-settings.js';
import { slowPolicyRuleFaults } from './policy-rules.js';
import { requireSettingScopes } from './settings-scopes.js';
import { DEFAULT_STAGES } from './stages/stage-setting.js';

/** Tickets that name no project belong to this one. */
const DEFAULT_PROJECT = 'default';

@Injectable()
export class ProjectRules implements ResourceRules {
  async beforeCreate(_tx: Tx, values: FieldValues): Promise<FieldValues> {
    await requirePossibleRules(values.settings as ProjectSettings | undefined);
    return values;
  }

  async decide(tx: Tx, before: Row, given: FieldValues, context: WriteContext): Promise<Decision> {
    const decision = plainDecision(resourceNamed('project'), before, given);
    if ('settings' in decision.set && !context.conditional) {
      throw new DomainError(
        'precondition_required',
        'if_match.required',
        'Settings are replaced as a whole, so If-Match is required: read the project and send its ETag as If-Match.',
      );
    }
    if ('name' in decision.set && before.name === DEFAULT_PROJECT) throw defaultStays();
    if ('settings' in decision.set && context.principal)
      requireSettingScopes(
        context.principal,
        before.settings as ProjectSettings,
        decision.set.settings as ProjectSettings,
      );
    if ('settings' in decision.set) await requirePossibleRules(decision.set.settings as ProjectSettings);
    if ('settings' in decision.set) await keepStagesInUse(tx, before.id, decision.set.settings as ProjectSettings);
    return decision;
  }

  async afterWrite(tx: Tx, before: Row | null, after: Row | null): Promise<void> {
    if (!after && before?.name === DEFAULT_PROJECT) throw defaultStays();
    if (after) await keepModulesUrl(tx, after.id, after.settings as ProjectSettings);
  }
}

/** Rules of promotion that can be met. Rejects with invalid `body.invalid_field`. */
async function requirePossibleRules(settings: ProjectSettings | undefined): Promise<void> {
  const faults = settings?.policies ? await slowPolicyRuleFaults(settings.policies) : [];
  if (faults.length > 0) throw invalidFields('project', { settings: faults });
}

/** A ticket at a stage that isn't there any more could go nowhere. A list that names every stage in use may change the rest. */
async function keepStagesInUse(tx: Tx, project: number, { stages }: ProjectSettings): Promise<void> {
  const names = (stages ?? DEFAULT_STAGES).map(({ name }) => name);
  const [lost] = await tx.run<{ key: string; stage: string }>({
    text: `SELECT key, stage FROM ticket WHERE project_id = $1 AND stage <> ALL($2::text[]) AND closed_at IS NULL ORDER BY id LIMIT 1`,
    values: [project, names],
  });
  if (!lost) return;
  throw conflict(
    'project.stage_in_use',
    `${lost.key} is at the stage ${lost.stage}: keep that stage until no open ticket is at it.`,
  );
}

const defaultStays = (): DomainError =>
  conflict('project.default_stays', "The project default can't be renamed: tickets that name no project belong to it.");
