// GET /api/v1/stage/ and /<name>/, PATCH and rollback of production.
import { ApiHeader } from '@nestjs/swagger';
import type { Tx } from '../../platform/database/db.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { requireScope } from '../../platform/principal.js';
import { type NamedProject, requireProduction, stageOf } from '../../projects/stages/named-stage.js';
import { inProject, onStage, type OnStage } from '../../projects/stages/on-stage.js';
import { Flag, Text, Whole } from '../../rest/fields/field-decorators.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { type Call, readOperation, type Written, writeOperation } from '../../rest/operations/operation.js';
import { bodyBy, bodyOf } from '../../rest/operations/operation-body.js';
import { LONGEST_REASON } from '../../rest/operations/reason.js';
import { type Difference, diffing } from '../domain/diff.js';
import type { ImportMap } from '../domain/import-map.js';
import { inTurn } from './in-turn.js';
import { isLenient, LENIENT } from './lenient.js';
import { directBody } from './production-body.js';
import { RollBack } from './roll-back.js';
import type { Flip } from './stage-change.js';
import { DIRECT_WRITE, PRODUCTION_CHANGE, STAGE, STAGES } from './stage-schemas.js';
import { productionView, warningsView } from './stage-view.js';
import { StageReader, stageUri } from './stage-reader.js';
import { WriteProduction } from './write-production.js';

const ON_STAGE = onStage('prod');
const SEEN = ApiHeader({
  name: 'If-Match',
  required: true,
  description:
    'The ETag of production that you read, which is its release: 412 if production has changed since, 428 without it.',
  schema: { type: 'string' },
});
const CHANGED = { description: 'Done. The ETag is the release.', schema: PRODUCTION_CHANGE };

class RollbackBody {
  @Whole({ min: 0, help: 'The release that production will equal.', required: true })
  release: number;

  @Flag({ help: 'Restore modules that were reverted since, without their tickets.' })
  force: boolean;

  @Text({ max: LONGEST_REASON, help: 'The reason, for the history.' })
  reason: string;
}

export const listStages = readOperation({
  name: 'list_stage',
  route: 'GET stage',
  at: inProject,
  needs: 'read',
  tag: 'Stages',
  summary: 'List the stages of a project',
  description: 'In order; the last one is production.',
  reply: { description: 'The stages.', schema: STAGES },
  failures: [400, 404],
  use: StageReader,
  read: (stages, { at: project }) => stages.list(project),
});

export const detailStage = readOperation({
  name: 'detail_stage',
  route: 'GET stage/:name',
  at: ON_STAGE,
  needs: 'read',
  tag: 'Stages',
  summary: 'Get a stage',
  description: "Production's ETag is its release: what a rollback or a direct write names in If-Match.",
  reply: { description: 'The stage.', schema: STAGE },
  failures: [400, 404],
  use: StageReader,
  read: (stages, { at: { project, name } }) => stages.detail(project, name),
});

export const writeStage = writeOperation({
  name: 'write_stage',
  route: 'PATCH stage/:name',
  at: ON_STAGE,
  needs: 'map:*',
  tag: 'Stages',
  summary: 'Write to production directly',
  description:
    'A release without a ticket. An import map is merged into production: imports and integrity key by key, each scope as a whole. Operations set and delete keys.',
  ifMatch: SEEN,
  query: [LENIENT],
  body: bodyBy((given) => given, { schema: DIRECT_WRITE }),
  reply: CHANGED,
  failures: [400, 403, 404, 409, 412, 415, 422, 428],
  commit: inTurn(({ project }: OnStage) => ({ project: project.id }), { endsWithRelease: true }),
  use: WriteProduction,
  write: (writing, call) => {
    requireSeen(call);
    const { at, context: options, request } = call;
    const { project } = at;
    const rules = { ...project, origin: options.base };
    const { reason, decide, warnings } = directBody(call.body, rules, isLenient(request));
    const line = `Written directly${reason ? `: ${reason}` : ''}`;
    return async (tx) => {
      let before: ImportMap | undefined;
      const judge = (now: ImportMap, release: number): ReturnType<typeof decide> => {
        requireMatch(options.ifMatch, versionTag(release));
        before = now;
        return decide(now);
      };
      const { actor, base } = options;
      const { release, map } = await writing.run(tx, project.id, judge, { actor, line, base });
      const report = { changes: before ? await inSlices(diffing(before, map)) : [], ...warningsView(warnings) };
      return done(call, { project: project.id, release, map }, report);
    };
  },
});

export const rollbackStage = writeOperation({
  name: 'rollback_stage',
  route: 'POST stage/:name/rollback',
  at: ON_STAGE,
  needs: 'map:*',
  tag: 'Stages',
  summary: 'Roll production back to an earlier release',
  description:
    'A new release that equals the earlier one. Later releases are taken out, and their tickets move back a stage.',
  ifMatch: SEEN,
  body: bodyOf(RollbackBody, { about: 'The target.' }),
  reply: CHANGED,
  failures: [400, 404, 409, 412, 415, 422, 428],
  commit: inTurn(({ project }: OnStage) => ({ project: project.id })),
  use: RollBack,
  write: (rollingBack, call) => {
    requireSeen(call);
    const { release: target, ...how } = call.body;
    const { actor, base, ifMatch } = call.context;
    if (target === undefined)
      throw invalid('rollback.no_release', 'Give the release that production will equal: {"release": 7}.');
    const accepts = (release: number): void => requireMatch(ifMatch, versionTag(release));
    const options = { ...how, actor, base, path: call.request.url, accepts };
    return async (tx: Tx) => {
      const { flip, ...report } = await rollingBack.run(tx, call.at.project.id, target, options);
      return done(call, flip, report);
    };
  },
});

/** A write to production names what it saw. */
function requireSeen({ at: { project, name }, context: { ifMatch, principal } }: Call<OnStage>): void {
  const stage = requireProduction(project, stageOf(project, name));
  requireScope(principal, `map:${stage.name}`);
  if (ifMatch !== undefined) return;
  throw new DomainError(
    'precondition_required',
    'if_match.required',
    `If-Match is required: read ${stageUri(project, stage)} and send its ETag as If-Match.`,
  );
}

const done = async (
  { at: { project }, context: { base } }: { at: { project: NamedProject }; context: { base: string } },
  flip: Flip,
  report: { readonly changes: readonly Difference[]; readonly warnings?: readonly object[] },
): Promise<Written> => ({
  body: await productionView(project, flip, base, report),
  etag: versionTag(flip.release),
});
