// What an upload is answered with: where each module is now, what the uploader should know, and where to look at it.
import { entryAt } from '../import-maps/domain/delta.js';
import { keyOf } from '../import-maps/domain/map-key.js';
import { linked } from '../import-maps/domain/preview-link.js';
import { forEach, type Sliced } from '../platform/sliced.js';
import { addressOf } from '../import-maps/domain/import-map.js';
import type { MapWarning } from '../import-maps/stages/map-warning.js';
import { warningsView } from '../import-maps/stages/stage-view.js';
import type { KeptUpload } from './upload-modules.js';
import type { UploadPlan, UploadTarget } from './upload-plan.js';

const DEFAULT_PROJECT = 'default';

/** The answer as JSON, written in slices. */
export function* uploadAnswer(
  report: KeptUpload['report'],
  plan: UploadPlan,
  { origin, modulesUrl, project }: UploadTarget,
): Sliced<string> {
  const { ticket, key, stage, revision, live, previewKey } = report;
  const base = project === DEFAULT_PROJECT ? origin : `${origin}/p/${project}`;
  // Of what the ticket doesn't carry nothing is told.
  const shown = plan.watched ? plan.warnings.filter((warning) => !live.has(warning.key)) : plan.warnings;
  const uri = `/api/v1/ticket/${ticket}/`;
  // What came as files has said its own.
  const keptIntegrity = (specifier: string, scope: string | null): string | undefined =>
    plan.files.length > 0 ? undefined : entryAt(report.delta, keyOf(specifier, scope))?.set?.integrity;
  const modules: string[] = [];
  yield* forEach(plan.modules, ({ specifier, scope, url, integrity, size, imports }) => {
    const module = {
      specifier,
      scope: scope === null ? null : addressOf(scope, modulesUrl),
      url: addressOf(url, modulesUrl),
      integrity: integrity ?? keptIntegrity(specifier, scope) ?? null,
      size,
      imports,
      live: live.has(keyOf(specifier, scope)),
    };
    modules.push(JSON.stringify(module));
  });
  const rest = {
    deleted: plan.deleted,
    ...warningsView(distinct([...report.warnings, ...shown]), plan.untold),
    links: {
      map: `${base}/import-map.json?${encodeURIComponent(stage)}=${linked(encodeURIComponent(key), previewKey ?? undefined)}`,
      production: `${base}/import-map.json`,
      ticket: origin + uri,
    },
  };
  const head = JSON.stringify({ ticket: uri, key, stage, revision }).slice(0, -1);
  return `${head},"modules":[${modules.join(',')}],${JSON.stringify(rest).slice(1)}`;
}

/** Each once: the delta's own and those that the files showed. */
function distinct(warnings: readonly MapWarning[]): MapWarning[] {
  const byText = new Map(warnings.map((one) => [`${one.key}\n${one.message}`, one]));
  return [...byText.values()];
}
