// GET /api/v1/stage/ and /<name>/, PATCH and rollback of production.
import { operationContext, type OperationContext } from '../../rest/operations/operation-context.js';
import { Controller, Get, Patch, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db, type Tx } from '../../platform/database/db.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { failures, IDEMPOTENCY_KEY, jsonBody, jsonReply, pathParameter } from '../../rest/http/documented.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { sendAnswer, sendJson } from '../../rest/http/reply.js';
import type { WriteAnswer } from '../../rest/writing/idempotency.js';
import { production, type Stage } from '../../projects/stages/stage-order.js';
import type { ImportMap } from '../domain/import-map.js';
import { type Difference, diff } from '../domain/diff.js';
import type { Hold } from '../../promotion/domain/hold.js';
import { locksOf } from '../../promotion/holds/held-rows.js';
import { productionRelease } from '../../promotion/production-pointer.js';
import { isLenient, LENIENT } from './lenient.js';
import { type NamedProject, NamedProjects, requireProduction, stageOf } from '../../projects/stages/named-stage.js';
import { directBody } from './production-body.js';
import { RollBack } from './roll-back.js';
import { RunVerb } from './run-verb.js';
import type { Flip } from './stage-change.js';
import { DIRECT_WRITE, PRODUCTION_CHANGE, STAGE, STAGES } from './stage-schemas.js';
import { productionView, warningsView } from './stage-view.js';
import { verbBody } from '../../rest/operations/operation-body.js';
import { WriteProduction } from './write-production.js';
import { Needs } from '../../platform/http/required-scope.js';
import { requireScope } from '../../platform/principal.js';

type StageRequest = FastifyRequest<{ Params: { name: string } }>;

const NAME = pathParameter('name', 'The name of the stage.', 'prod');
const PROJECT = ApiQuery({
  name: 'project',
  required: false,
  description: 'The project by name or id; `default` where none is given.',
  schema: { type: 'string' },
});
const SEEN = ApiHeader({
  name: 'If-Match',
  required: true,
  description: 'The ETag of production that you saw, which is its release: 412 when it has moved since, 428 without.',
  schema: { type: 'string' },
});
const CHANGED = jsonReply(200, 'Done. The ETag is the release.', PRODUCTION_CHANGE);
const ROLLBACK = jsonBody({
  type: 'object',
  description: 'Where to.',
  properties: {
    release: { type: 'integer', description: 'The release that production is to equal.' },
    force: { type: 'boolean', description: 'Bring back what was reverted since, without its tickets.' },
    reason: { type: 'string', maxLength: 500, description: 'Goes into the history.' },
  },
  required: ['release'],
});

@ApiTags('Stages')
@Controller('api/v1/stage')
export class StageController {
  constructor(
    private readonly projects: NamedProjects,
    private readonly db: Db,
    private readonly verbs: RunVerb,
    private readonly writing: WriteProduction,
    private readonly rollingBack: RollBack,
  ) {}

  @Get()
  @Needs('read', '?project')
  @ApiOperation({
    operationId: 'list_stage',
    summary: 'List the stages of a project',
    description: 'In order; the last one is production.',
  })
  @PROJECT
  @jsonReply(200, 'The stages.', STAGES)
  @failures(400, 404)
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const project = await this.projects.of(request.query);
    const release = await productionRelease(this.db, project.id);
    const locks = await locksOf(this.db, project.id);
    const objects = project.stages.map((stage) => stageView(project, stage, release, locks.get(stage.name)));
    const meta = { limit: 1000, next: null, offset: 0, previous: null, total_count: objects.length };
    sendJson(request, reply, JSON.stringify({ meta, objects }));
  }

  @Get(':name')
  @Needs('read', '?project')
  @ApiOperation({
    operationId: 'detail_stage',
    summary: 'Get a stage',
    description: "Production's ETag is its release: what a rollback or a direct write names in If-Match.",
  })
  @NAME
  @PROJECT
  @jsonReply(200, 'The stage.', STAGE)
  @failures(400, 404)
  async detail(@Req() request: StageRequest, @Res() reply: FastifyReply): Promise<void> {
    const project = await this.projects.of(request.query);
    const stage = stageOf(project, request.params.name);
    const release = await productionRelease(this.db, project.id);
    const live = stage.name === production(project.stages).name;
    const lock = (await locksOf(this.db, project.id)).get(stage.name);
    const body = JSON.stringify(stageView(project, stage, release, lock));
    // Production's ETag is its release, whether it is locked or not: never a 304.
    if (live) sendAnswer(request, reply, { status: 200, body, etag: versionTag(release) });
    else sendJson(request, reply, body);
  }

  @Patch(':name')
  @Needs('map:*', '?project')
  @ApiOperation({
    operationId: 'write_stage',
    summary: 'Write to production directly',
    description:
      'A release without a ticket. An import map is laid over production: imports and integrity key by key, each scope as a whole. Operations set and delete keys.',
  })
  @NAME
  @PROJECT
  @IDEMPOTENCY_KEY
  @SEEN
  @LENIENT
  @jsonBody(DIRECT_WRITE)
  @CHANGED
  @failures(400, 403, 404, 409, 412, 415, 422, 428)
  async write(@Req() request: StageRequest, @Res() reply: FastifyReply): Promise<void> {
    const options = operationContext(request);
    const project = await this.productionOf(request, options);
    const { safeList, relative, bases } = project;
    const rules = { origin: options.base, bases, safeList, relative };
    const { reason, decide, warnings } = directBody(request.body, rules, isLenient(request));
    const line = `Written directly${reason ? `: ${reason}` : ''}`;
    const work = async (tx: Tx): Promise<WriteAnswer> => {
      let before: ImportMap | undefined;
      const { release, map } = await this.writing.run(
        tx,
        project.id,
        async (now, at) => {
          requireMatch(options.ifMatch, versionTag(at));
          before = now;
          return decide(now);
        },
        { actor: options.actor, line, base: options.base },
      );
      const changes = before ? diff(before, map) : [];
      const report = { changes, ...warningsView(warnings) };
      return done(project, { project: project.id, release, map }, options, report);
    };
    await this.verbs.run(request, reply, work, { pointer: { project: project.id }, endsWithRelease: true });
  }

  @Post(':name/rollback')
  @Needs('map:*', '?project')
  @ApiOperation({
    operationId: 'rollback_stage',
    summary: 'Bring production back to an earlier release',
    description:
      'A new release that equals the earlier one. What was released since is taken out, and its tickets go back a stage.',
  })
  @NAME
  @PROJECT
  @IDEMPOTENCY_KEY
  @SEEN
  @ROLLBACK
  @CHANGED
  @failures(400, 404, 409, 412, 415, 422, 428)
  async rollback(@Req() request: StageRequest, @Res() reply: FastifyReply): Promise<void> {
    const options = operationContext(request);
    const project = await this.productionOf(request, options);
    const { release: target, ...how } = verbBody(request.body, { release: 'number', force: 'flag', reason: 'text' });
    if (target === undefined)
      throw invalid('rollback.no_release', 'Say the release that production is to equal: {"release": 7}.');
    const work = async (tx: Tx): Promise<WriteAnswer> => {
      const { flip, ...report } = await this.rollingBack.run(tx, project.id, target, {
        ...how,
        actor: options.actor,
        base: options.base,
        path: request.url,
        accepts: (release) => requireMatch(options.ifMatch, versionTag(release)),
      });
      return done(project, flip, options, report);
    };
    await this.verbs.run(request, reply, work, { pointer: { project: project.id } });
  }

  /** The project of a write to production, which names what it saw. */
  private async productionOf(request: StageRequest, { ifMatch, principal }: OperationContext): Promise<NamedProject> {
    const project = await this.projects.of(request.query);
    const stage = requireProduction(project, stageOf(project, request.params.name));
    requireScope(principal, `map:${stage.name}`);
    if (ifMatch !== undefined) return project;
    throw new DomainError(
      'precondition_required',
      'if_match.required',
      `Say which release you saw: read ${uriOf(project, stage)} and send its ETag as If-Match.`,
    );
  }
}

const uriOf = ({ name: project }: NamedProject, { name }: Stage): string =>
  `/api/v1/stage/${name}/${project === 'default' ? '' : `?project=${project}`}`;

function stageView(project: NamedProject, stage: Stage, release: number, lock: Hold | undefined): object {
  const live = stage.name === production(project.stages).name;
  return {
    ...stage,
    project: project.name,
    production: live,
    release: live ? release : null,
    previews: project.previews,
    page: project.page,
    lock: lock ?? null,
    resource_uri: uriOf(project, stage),
  };
}

function done(
  project: NamedProject,
  flip: Flip,
  { base }: OperationContext,
  report: { readonly changes: readonly Difference[]; readonly warnings?: readonly object[] },
): WriteAnswer {
  const body = productionView(project, flip, base, report);
  return { status: 200, body: JSON.stringify(body), etag: versionTag(flip.release) };
}
