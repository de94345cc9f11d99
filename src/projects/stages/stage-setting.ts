// The stages of a project as its settings list them (import-maps.md, section 4): what is a list of stages and what is none.
import { isKeepable } from '../../platform/keepable.js';
import { COMPLETE, LINE } from '../../workflow/steps.js';
import { quoted } from '../../platform/redact.js';
import type { StageOrder } from './stage-order.js';

export interface StageSetting {
  /** Lower-case letters, digits and hyphens: it is the query key of previews too (`?qa=TKT-1`). */
  readonly name: string;
  /** The workflow step that a ticket comes to with the stage. */
  readonly step: number;
  /** What people call it; the name where there is none. */
  readonly title?: string;
}

/** The stages of a project whose settings list none. */
export const DEFAULT_STAGES: readonly StageSetting[] = [
  { name: 'dev', step: 200 },
  { name: 'qa', step: 400 },
  { name: 'prod', step: 1000 },
];

/** The stages that settings list; the default where they list none. A title that isn't given is the name. */
export const stageOrderOf = (stages: readonly StageSetting[] | null | undefined): StageOrder =>
  (stages?.length ? stages : DEFAULT_STAGES).map(({ name, step, title }) => ({ name, step, title: title ?? name }));

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
/** Query keys of the import map that mean something else. */
const RESERVED = ['release', 'at', 'env', 'lenient'];
const KEYS = ['name', 'step', 'title'];
const FEWEST = 2;
const MOST = 10;

/** What is wrong with a list that should be stages; empty when nothing is. */
export function stageFaults(given: unknown): string[] {
  if (!Array.isArray(given)) return ['stages must be a list of {name, step, title}.'];
  if (given.length < FEWEST)
    return ['stages must have at least 2 entries: the one where tickets start, and production.'];
  if (given.length > MOST) return [`stages may have at most ${MOST} entries.`];
  const faults = given.flatMap((stage, index) => faultsOfOne(stage, index));
  return faults.length > 0 ? faults : faultsOfLine(given as StageSetting[]);
}

function faultsOfOne(given: unknown, index: number): string[] {
  const stage = `stages[${index}]`;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [`${stage} must be an object such as {"name": "qa", "step": 400}.`];
  const { name, step, title } = given as Partial<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((key) => !KEYS.includes(key));
  const faults = unknown.map(
    (key) => `${stage} has an unknown member '${quoted(key, 100)}'. Known: ${KEYS.join(', ')}.`,
  );
  if (typeof name !== 'string' || !NAME.test(name))
    faults.push(`${stage}.name must be lower-case letters, digits and hyphens, a letter first, at most 31.`);
  else if (RESERVED.includes(name))
    faults.push(`${stage}.name can't be ${name}: import-map.json?${name}= means something else.`);
  if (typeof step !== 'number' || !LINE.includes(step))
    faults.push(`${stage}.step must be a step of the workflow: ${LINE.join(', ')}.`);
  if (title !== undefined && !isTitle(title)) faults.push(`${stage}.title must be a string of 1 to 100 characters.`);
  return faults;
}

const isTitle = (given: unknown): boolean =>
  typeof given === 'string' && given.trim() !== '' && given.length <= 100 && isKeepable(given);

function faultsOfLine(stages: readonly StageSetting[]): string[] {
  const names = stages.map(({ name }) => name);
  const steps = stages.map(({ step }) => step);
  const faults: string[] = [];
  if (new Set(names).size < names.length) faults.push('Two stages have the same name: give each its own.');
  if (steps.some((step, index) => step < (steps[index - 1] ?? 0)))
    faults.push('The steps of stages must not go backwards.');
  if (steps.indexOf(COMPLETE) !== steps.length - 1)
    faults.push(`The last stage is production: it must have the step ${COMPLETE}, and no other stage may.`);
  return faults;
}
