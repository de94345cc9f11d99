// What `?env=` names (import-maps.md, section 5): production, by its stage's name, as `default` or as the project's settings
// call it, or a ticket as `<stage>:TKT-001`. There is no environment to fall back on: a misspelt one must not write to production.
import { invalid, notFound } from '../../platform/errors.js';
import { lastOf, type Query, textsOf } from '../../rest/reading/list-query.js';
import { readLinked, withoutPreviewKeys } from '../domain/preview-link.js';
import { production, stageNamed, type StageOrder } from '../../projects/stages/stage-order.js';
import { quoted } from '../../platform/redact.js';

export type Environment =
  | { readonly kind: 'production' }
  /** `reference`: a ticket's key or id; `linked`: with the preview key that was given with it. */
  | { readonly kind: 'ticket'; readonly stage: string; readonly reference: string; readonly linked: string };

const DEFAULT_ENVIRONMENT = 'default';

/** A project's stages, and the other names that its settings give production here. */
export interface Environments {
  readonly stages: StageOrder;
  readonly environments: readonly string[];
}

/** Rejects with not_found for what is no environment, and invalid for a stage without a ticket. */
export function readEnvironment(query: Query, { stages, environments }: Environments): Environment {
  const env = lastOf(query.env) ?? '';
  const live = production(stages).name;
  if (env === '' || env === DEFAULT_ENVIRONMENT || env === live || environments.includes(env))
    return { kind: 'production' };
  const [name = '', ...rest] = env.split(':');
  const linked = rest.join(':').trim();
  const { reference } = readLinked(linked);
  const stage = stageNamed(stages, name);
  if (!stage)
    throw notFound(
      `Unknown environment '${quoted(withoutPreviewKeys(env), 100)}'. Known: ${[live, ...environments].join(', ')}, and <stage>:<ticket>.`,
    );
  if (stage.name === live) throw invalid('env.production', `Production is env=${live}: leave the ticket out.`);
  if (reference === '')
    throw invalid(
      'env.no_ticket',
      `The stage ${name} has a map for each ticket: name the ticket, as env=${name}:TKT-001.`,
    );
  return { kind: 'ticket', stage: name, reference, linked };
}

/** What a client may write for `env`, of which a query has nothing under that name: `env[]=stage`, `ENV=stage`. */
const ALIKE = /^env(ironment)?(\[.*)?$/i;

/**
 * The same for a write. Without `env` it is production; said, but empty as an unset variable of a CI job is, or under a name that is
 * nearly `env`, it is none. Rejects with invalid then.
 */
export function readWritten(query: Query, environments: Environments): Environment {
  const live = production(environments.stages).name;
  if (textsOf(query.env).some((env) => env.trim() === ''))
    throw invalid('env.empty', `env is empty: use env=${live}, or leave it out to write to ${live}.`);
  const alike = Object.keys(query).find((name) => name !== 'env' && ALIKE.test(name));
  if (alike !== undefined)
    throw invalid('env.misnamed', `Unknown parameter '${alike.slice(0, 100)}': the environment is env=${live}.`);
  return readEnvironment(query, environments);
}

/** `GET /environments`. */
export const environmentsOf = ({ stages, environments }: Environments): object => ({
  environments: [
    { name: production(stages).name, isDefault: true, aliases: [DEFAULT_ENVIRONMENT] },
    ...environments.map((name) => ({ name, isDefault: false, aliases: [] })),
  ],
});
