// The policy `sources`: what git says of a ticket's watched files. It stops nothing: it says what nobody could compare, what comes
// from no commit, and the commit that a build was made from.
import type { Delta } from './delta.js';
import { summaryOf, type Verdict } from '../../promotion/domain/verdict.js';

export interface SourcesFacts {
  readonly ticketKey: string;
  readonly project: string;
  readonly delta: Delta;
}

/**
 * Undefined where there is nothing to say.
 * @param since when it came to be so, ISO 8601
 */
export function sourcesVerdict({ ticketKey, project, delta }: SourcesFacts, since: string): Verdict | undefined {
  const dirty = delta.filter((operation) => operation.dirty).length;
  const sources = delta.filter(({ specifier }) => specifier.startsWith(`@${project}/`));
  const unknown = sources.filter(isNotCompared).length;
  const built = builtFrom(delta);
  if (dirty + unknown + built.size === 0) return undefined;
  const said = [
    ...(dirty > 0 ? [`${files(dirty)} of ${ticketKey} came from uncommitted work`] : []),
    ...(unknown > 0
      ? [`${files(unknown)} came without git's ids, so they were not compared with the git history`]
      : []),
    ...[...built].map(([commit, count]) => `${files(count)} built from commit ${commit.slice(0, 10)}`),
  ];
  return {
    policy: 'sources',
    verdict: 'pass',
    code: dirty > 0 ? 'sources.dirty' : unknown > 0 ? 'sources.not_compared' : 'sources.built',
    summary: summaryOf(`${said.join('; ')}.`),
    actor: 'you',
    since,
    next_actions: [],
  };
}

/** How many files builds made, by commit. */
function builtFrom(delta: Delta): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { built } of delta) if (built !== undefined) found.set(built, (found.get(built) ?? 0) + 1);
  return found;
}

/** Neither by its sender, nor with a version that production had. */
const isNotCompared = ({ compared, set, base }: Delta[number]): boolean =>
  !compared && base !== null && (base.source === undefined || (set !== null && set.source === undefined));

const files = (count: number): string => (count === 1 ? '1 file' : `${count} files`);
