// GET /api/v1/ticket/<id>/why/, /diff/ and /revision/; GET /api/v1/release/ and /<number>/.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid, notFound } from '../../platform/errors.js';
import { failures, jsonReply, pathParameter, schemaNamed } from '../../rest/http/documented.js';
import { LIST_PARAMETERS } from '../../rest/http/openapi-texts.js';
import { sendJson } from '../../rest/http/reply.js';
import { type IdRequest, type ListRequest, ResourceHandler } from '../../rest/http/resource-handler.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { resourceNamed } from '../../rest/resource.js';
import { mapRevision } from './map-revision.resource.js';
import { NamedProjects } from '../../projects/stages/named-stage.js';
import { ReadStages } from './read-stages.js';
import { MOST_CHANGED, ReadSources } from './read-sources.js';
import { release } from './release.resource.js';
import { SOURCES } from './sources-schema.js';
import { DIFF, RELEASE, WHY } from './stage-schemas.js';
import { Needs } from '../../platform/http/required-scope.js';
import { originOf } from '../../platform/http/own-origin.js';
import { quoted } from '../../platform/redact.js';

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');
const SIDE = (name: string, description: string): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string' } });

@ApiTags('Stages')
@Controller('api/v1')
export class TicketMapsController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly reads: ReadStages,
    private readonly projects: NamedProjects,
    private readonly sources: ReadSources,
  ) {}

  @Get('ticket/:id/why')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'why_ticket',
    summary: "Why a ticket can't be promoted",
    description: 'What each policy says of a promotion now, worst first, and what to do about it.',
  })
  @ID
  @jsonReply(200, 'The verdicts.', WHY)
  @failures(400, 404, 409)
  async why(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    sendJson(request, reply, JSON.stringify(await this.reads.why(id, originOf(request))));
  }

  @Get('ticket/:id/diff')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'diff_ticket',
    summary: 'What a ticket changes in the import map',
    description:
      'Between two sides: stages by name, releases as `release:7`. From production to the ticket unless you ask.',
  })
  @ID
  @SIDE('from', 'A stage, or `release:7`; production where it is left out.')
  @SIDE('to', 'A stage, or `release:7`; the stage of the ticket where it is left out.')
  @jsonReply(200, 'The differences.', DIFF)
  @failures(400, 404, 409)
  async diff(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    const [from, to] = [lastOf(request.query.from), lastOf(request.query.to)];
    sendJson(request, reply, JSON.stringify(await this.reads.diff(id, { from, to }, originOf(request))));
  }

  @Get('ticket/:id/sources')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'ticket_sources',
    summary: 'Which versions of the sources production and a ticket have',
    description:
      'By path, as git\'s ids: what `stamp update` compares with a clone\'s history before it says which files are changes of the ticket. See docs/CLI.md, "What a ticket changes".',
  })
  @ID
  @SIDE('under', 'Only paths that begin so: `src/`.')
  @ApiQuery({
    name: 'changed',
    required: false,
    description: 'Paths of which is told who changed them last in production, at most 20: `changed=a.js&changed=b.js`.',
    schema: { type: 'array', maxItems: 20, items: { type: 'string' } },
  })
  @jsonReply(200, 'The versions.', SOURCES)
  @failures(400, 404)
  async sourcesOf(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    const changed = [request.query.changed ?? []].flat();
    if (changed.length > MOST_CHANGED)
      throw invalid('sources.too_many', `Ask for at most ${MOST_CHANGED} paths at once with 'changed'.`);
    const query = { under: lastOf(request.query.under) ?? '', changed };
    sendJson(request, reply, JSON.stringify(await this.sources.of(id, query)));
  }

  @Get('ticket/:id/revision')
  @Needs('read', 'ticket/:id')
  @ApiOperation({
    operationId: 'list_ticket_revision',
    summary: "List the revisions of a ticket's modules",
    description: 'Oldest first, with where each came from.',
  })
  @ID
  @ApiQuery(LIST_PARAMETERS[0] as never)
  @ApiQuery(LIST_PARAMETERS[1] as never)
  @ApiQuery(LIST_PARAMETERS[2] as never)
  @jsonReply(200, 'A page of revisions.', schemaNamed('MaprevisionList'))
  @failures(400, 404, 409)
  async revisions(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    return this.handler.list(mapRevision, request, reply, { column: 't.ticket_id', value: id });
  }

  @Get('release')
  @Needs('read', 'own')
  @ApiOperation({
    operationId: 'list_release',
    summary: 'List releases',
    description:
      'Of all projects unless you filter: `?project__name=default`, `?ticket=TKT-7`. One is read by its number.',
  })
  @ApiQuery(LIST_PARAMETERS[0] as never)
  @ApiQuery(LIST_PARAMETERS[1] as never)
  @ApiQuery(LIST_PARAMETERS[2] as never)
  @jsonReply(200, 'A page of releases.', schemaNamed('ReleaseList'))
  @failures(400, 409)
  releases(@Req() request: ListRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.handler.list(release, request, reply);
  }

  @Get('release/:number')
  @Needs('read', '?project')
  @ApiOperation({
    operationId: 'detail_release',
    summary: 'Get a release',
    description: 'With the tickets and commits that are in it.',
  })
  @pathParameter('number', 'Its number within the project.', '0')
  @SIDE('project', 'The project by name or id; `default` where none is given.')
  @jsonReply(200, 'The release.', RELEASE)
  @failures(400, 404)
  async release(
    @Req() request: FastifyRequest<{ Params: { number: string }; Querystring: Query }>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { number } = request.params;
    if (!/^\d{1,9}$/.test(number))
      throw notFound(`There is no release '${quoted(number, 100)}': releases have numbers.`);
    const project = await this.projects.of(request.query);
    sendJson(request, reply, await this.reads.releaseDetail(project, Number(number)));
  }
}
