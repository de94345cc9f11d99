// The policy `sources`: what git says of a ticket's watched files. It stops nothing: it says what nobody could compare, and what
// comes from no commit.
import type { Delta } from './delta.js';
import { summaryOf, type Verdict } from './verdict.js';

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
  if (dirty + unknown === 0) return undefined;
  const said = [
    ...(dirty > 0 ? [`${files(dirty)} of ${ticketKey} came from work that was in no commit`] : []),
    ...(unknown > 0 ? [`${files(unknown)} came without git's ids: not compared with its history`] : []),
  ];
  return {
    policy: 'sources',
    verdict: 'pass',
    code: dirty > 0 ? 'sources.dirty' : 'sources.not_compared',
    summary: summaryOf(`${said.join('; ')}.`),
    actor: 'you',
    since,
    next_actions: [],
  };
}

/** Neither by its sender, nor with a version that production had. */
const isNotCompared = ({ compared, set, base }: Delta[number]): boolean =>
  !compared && base !== null && (base.source === undefined || (set !== null && set.source === undefined));

const files = (count: number): string => (count === 1 ? '1 file' : `${count} files`);
