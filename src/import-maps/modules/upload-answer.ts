// What an upload is answered with: where each module is now, what the uploader should know, and where to look at it.
import { operationAt } from '../domain/delta.js';
import { keyOf } from '../domain/map-key.js';
import { linked } from '../domain/preview-link.js';
import { addressOf } from '../domain/stamped-map.js';
import type { MapWarning } from '../stages/map-warning.js';
import { warningsView } from '../stages/stage-view.js';
import type { KeptUpload } from './upload-modules.js';
import type { UploadPlan, UploadTarget } from './upload-plan.js';

const DEFAULT_PROJECT = 'default';

export function uploadAnswer(
  report: KeptUpload['report'],
  plan: UploadPlan,
  { origin, project }: UploadTarget,
): object {
  const { ticket, key, stage, revision, live, previewKey } = report;
  const base = project === DEFAULT_PROJECT ? origin : `${origin}/p/${project}`;
  // Of what the ticket doesn't carry nothing is told.
  const shown = plan.watched ? plan.warnings.filter((warning) => !live.has(warning.key)) : plan.warnings;
  const uri = `/api/v1/ticket/${ticket}/`;
  // What came as files has said its own.
  const keptIntegrity = (specifier: string, scope: string | null): string | undefined =>
    plan.files.length > 0 ? undefined : operationAt(report.delta, keyOf(specifier, scope))?.set?.integrity;
  return {
    ticket: uri,
    key,
    stage,
    revision,
    modules: plan.modules.map(({ specifier, scope, url, integrity, size, imports }) => ({
      specifier,
      scope: scope === null ? null : addressOf(scope, origin),
      url: addressOf(url, origin),
      integrity: integrity ?? keptIntegrity(specifier, scope) ?? null,
      size,
      imports,
      live: live.has(keyOf(specifier, scope)),
    })),
    deleted: plan.deleted,
    ...warningsView(distinct([...report.warnings, ...shown])),
    links: {
      map: `${base}/import-map.json?${encodeURIComponent(stage)}=${linked(encodeURIComponent(key), previewKey ?? undefined)}`,
      production: `${base}/import-map.json`,
      ticket: origin + uri,
    },
  };
}

/** Each once: the delta's own and those that the files showed. */
function distinct(warnings: readonly MapWarning[]): MapWarning[] {
  const byText = new Map(warnings.map((one) => [`${one.key}\n${one.message}`, one]));
  return [...byText.values()];
}
