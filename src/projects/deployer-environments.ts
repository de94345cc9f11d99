// Names under which import-map-deployer's clients know this project's production: what is a list of them and what is none.
import { DEFAULT_STAGES, stageFaults, type StageSetting } from './stages/stage-setting.js';
import { quoted } from '../platform/redact.js';

/** `{"stage": "prod"}`: the environment `stage` is production, which is the last stage. */
export type DeployerEnvironments = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;
const MOST = 50;
/** Production's other name, whatever the settings say. */
const DEFAULT = 'default';

/** What is wrong with an object that should be environments; empty when nothing is. */
export function environmentFaults(given: unknown, stages: readonly StageSetting[] = DEFAULT_STAGES): string[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return ['deployer_environments must be an object such as {"stage": "prod"}.'];
  const names = Object.keys(given);
  if (names.length > MOST) return [`deployer_environments may have at most ${MOST} names.`];
  // Stages that are no list are told by themselves.
  const known = stageFaults(stages).length === 0 ? stages.map(({ name }) => name) : [];
  const live = known.at(-1);
  const others = known.slice(0, -1);
  return Object.entries(given).flatMap(([name, stage]) => {
    const shown = `deployer_environments['${quoted(name, 100)}']`;
    if (!NAME.test(name))
      return [`${shown}: a name may have letters, digits, dots, hyphens and underscores, at most 100.`];
    if (name === DEFAULT || name === live) return [`${shown}: ${name} always means production. Leave it out.`];
    if (others.includes(name))
      return [`${shown} is not allowed: ${name} is a stage, where each ticket has its own map.`];
    return live === undefined || stage === live
      ? []
      : [`${shown} must be ${live}: the last stage is production, and only it has one map for all.`];
  });
}
