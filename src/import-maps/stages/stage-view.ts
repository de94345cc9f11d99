// How the stages of modules look on the wire: the answer of a verb, differences, verdicts' surroundings.
import type { Row } from '../../rest/resource.js';
import { statusText } from '../../workflow/steps.js';
import { inSlices } from '../../platform/in-slices.js';
import { mapping } from '../../platform/sliced.js';
import type { Difference } from '../domain/diff.js';
import { type MapKey, partsOf, wireKey } from '../domain/map-key.js';
import { linked } from '../domain/preview-link.js';
import { production } from '../../projects/stages/stage-order.js';
import { addressOf, type Target } from '../domain/import-map.js';
import { holdsScope, type Principal } from '../../platform/principal.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import type { MapWarning } from './map-warning.js';
import type { NamedProject } from '../../projects/stages/named-stage.js';
import type { Flip, StageChange } from './stage-change.js';

/** The project whose maps need no name in the URL. */
const DEFAULT_PROJECT = 'default';

/** `{url, integrity}`; `modules`: what the URLs of what this server keeps begin with. */
function targetView(target: Target | null, modules: string): Target | null {
  if (!target) return null;
  const { source: _ours, ...shown } = target;
  return { ...shown, url: addressOf(shown.url, modules) };
}

const keyView = (key: MapKey, modules: string): { specifier: string; scope: string | null } => {
  const { specifier, scope } = partsOf(key);
  return { specifier, scope: scope === null ? null : addressOf(scope, modules) };
};

export const differenceView = ({ key, change, from, to }: Difference, modules: string): object => ({
  ...keyView(key, modules),
  change,
  from: targetView(from, modules),
  to: targetView(to, modules),
});

const differencesView = (differences: readonly Difference[], modules: string): Promise<object[]> =>
  inSlices(mapping(differences, (one) => differenceView(one, modules)));

const warningView = ({ code, key, ticket, message }: MapWarning): object => ({
  code,
  key: wireKey(key),
  ...(ticket === undefined ? {} : { ticket }),
  message,
});

/** More would be read by nobody, and a file with a fault in each line would be answered with as many. */
const MOST_WARNINGS = 100;

/** The first ones, and how many more there are. */
export function warningsView(warnings: readonly MapWarning[], untold = 0): object {
  const more = Math.max(0, warnings.length - MOST_WARNINGS) + untold;
  return { warnings: warnings.slice(0, MOST_WARNINGS).map(warningView), ...(more > 0 ? { more_warnings: more } : {}) };
}

type Shown = Pick<DeltaTicket, 'key' | 'stages' | 'project' | 'previewKey' | 'page'>;

/** Where each stage's map of a ticket is: its own stage's preview, and production. */
export function mapLinks(
  { key, stages, project, previewKey }: Shown,
  stage: string,
  base: string,
): Record<string, string> {
  const map = `${base}${project.name === DEFAULT_PROJECT ? '' : `/p/${project.name}`}/import-map.json`;
  const live = production(stages).name;
  const named = linked(encodeURIComponent(key), previewKey ?? undefined);
  return { ...(stage === live ? {} : { [stage]: `${map}?${stage}=${named}` }), [live]: map };
}

/** The same of the application's page; empty where the project names none. */
export function pageLinks({ key, stages, previewKey, page }: Shown, stage: string): Record<string, string> {
  if (page === null) return {};
  const live = production(stages).name;
  const named = linked(encodeURIComponent(key), previewKey ?? undefined);
  return { ...(stage === live ? {} : { [stage]: `${page}?${stage}=${named}` }), [live]: page };
}

/** The ticket as it is shown to whoever may not read it: without its key. */
export const shownTo = <Ticket extends { readonly previewKey: string | null }>(
  ticket: Ticket,
  principal: Principal,
): Ticket => (holdsScope(principal, 'read') ? ticket : { ...ticket, previewKey: null });

/** The answer of a verb on a ticket; as long as what changed, so it is made in slices. */
export async function changeView(change: StageChange, base: string, dryRun: boolean): Promise<object> {
  const { ticket, row, revision, flip, changes = [], superseded = [], dependents = [], warnings = [] } = change;
  const stage = String(row.stage);
  const modules = ticket.modulesUrl ?? base;
  return {
    ticket: `/api/v1/ticket/${ticket.id}/`,
    key: ticket.key,
    stage,
    ...workView(row),
    revision,
    release: flip?.release ?? null,
    changes: await differencesView(changes, modules),
    superseded: await inSlices(mapping(superseded, (one) => ({ ...keyView(one.key, modules), ticket: one.ticket }))),
    dependents,
    ...warningsView(warnings),
    ...(change.gitRevert === undefined ? {} : { git_revert: change.gitRevert }),
    preview_key: ticket.previewKey,
    links: mapLinks(ticket, stage, base),
    pages: pageLinks(ticket, stage),
    ...(dryRun ? { dry_run: true } : {}),
  };
}

const workView = (row: Row): object => ({
  current_workflow_step: String(Number(row.current_workflow_step)),
  status: statusText(Number(row.status)),
  version: Number(row.version),
});

/** The answer of what changed production itself. */
export const productionView = async (
  { name, stages, modulesUrl }: NamedProject,
  { release }: Flip,
  base: string,
  { changes, ...report }: { readonly changes: readonly Difference[] },
): Promise<object> => ({
  project: name,
  stage: production(stages).name,
  release,
  changes: await differencesView(changes, modulesUrl ?? base),
  ...report,
});
