// What a promotion, a revert or a rebase came to, for people: where the ticket is, what changed, and what comes next.
import { shell } from '../../platform/shell-quote.js';
import { checkedRevert } from '../git/revert-line.js';
import { type Fact, sayFacts } from '../output/facts.js';
import type { Session } from '../session/session.js';
import { previewLink } from './links.js';
import type { Change, StageChange } from './shapes.js';
import { after, productionOf, stageNamed, type StageOrder } from './stage-line.js';

export interface Told {
  readonly line: StageOrder;
  /** `TKT-1 promoted dev → qa` */
  readonly headline: string;
  readonly next: string | undefined;
}

export function sayChange({ out, settings }: Session, change: StageChange, { line, headline, next }: Told): void {
  const stage = stageNamed(line, change.stage);
  const facts: Fact[] = [
    ['changes', namedChanges(change.changes)],
    [
      'stays',
      change.superseded
        ?.map(({ specifier, ticket }) => `${specifier} as ${ticket ?? 'a direct write'} made it`)
        .join(', '),
    ],
    [
      'depends',
      change.dependents
        ?.map(({ ticket, specifiers }) => `${ticket ?? 'a direct write'} (${specifiers.join(', ')})`)
        .join(', '),
    ],
    ['link', previewLink(settings, stage, change.key, change.preview_key ?? undefined)],
    ['git', gitRevertOf(change)],
    ['next', next],
  ];
  const unchecked = out.left.map((message) => ({ code: 'unchecked', key: '', message }));
  const shown = unchecked.length > 0 ? { ...change, warnings: [...(change.warnings ?? []), ...unchecked] } : change;
  out.result(shown, () => {
    sayFacts(out, headline, facts);
  });
  for (const { message } of change.warnings ?? []) out.warn(message);
  if (change.more_warnings) out.warn(`${change.more_warnings} more warnings are not shown.`);
}

function gitRevertOf({ git_revert: line }: StageChange): string | undefined {
  if (line === null) return 'the commits of the change are not known: see git log';
  return line === undefined ? undefined : checkedRevert(line);
}

const MOST_NAMES = 5;

/** `cart changed, nav added and 3 more` */
export function namedChanges(changes: readonly Pick<Change, 'specifier' | 'scope' | 'change'>[]): string {
  const names = changes.map(({ specifier, scope, change }) => `${nameOf({ specifier, scope })} ${change}`);
  if (names.length <= MOST_NAMES) return names.join(', ');
  return `${names.slice(0, MOST_NAMES - 1).join(', ')} and ${names.length - MOST_NAMES + 1} more`;
}

/** As the server takes keys: `cart`, or `https://app.example/admin/ cart` within a scope. */
export const nameOf = ({ specifier, scope }: Pick<Change, 'specifier' | 'scope'>): string =>
  scope === null ? specifier : `${scope} ${specifier}`;

/** What usually follows where a ticket is. */
export function nextOf(line: StageOrder, key: string, at: string): string {
  const next = after(line, at);
  if (next) return `${shell`stamp ${key} --promote`} (to ${next.name})`;
  return `${shell`stamp ${key} --revert`} reverts it; ${shell`stamp ${key} --close`} closes it`;
}

export const isProduction = (line: StageOrder, name: string | undefined): boolean => productionOf(line).name === name;
