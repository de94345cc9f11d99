// import-map-deployer's surface (import-maps.md, section 5). GET /import-map.json?env= is answered in serving/map.controller.ts,
// and `/` in pages/home.controller.ts. Errors are plain text (platform/http/plain-clients.ts).
import { operationContext } from '../../rest/operations/operation-context.js';
import { Controller, Delete, Get, Patch, Req, Res } from '@nestjs/common';
import { ApiExcludeController, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../platform/errors.js';
import { IDEMPOTENCY_KEY, jsonBody, jsonReply, pathParameter } from '../../rest/http/documented.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { type AcceptedMap, layOver, type MapFault } from '../domain/accepted-map.js';
import type { AddressRules } from '../domain/admission.js';
import { keyOf } from '../domain/map-key.js';
import { MapAnswers, type Wanted } from '../serving/map-answers.js';
import { inSlices } from '../../platform/in-slices.js';
import { isLenient, LENIENT } from '../stages/lenient.js';
import { RunVerb } from '../stages/run-verb.js';
import { plainFailures } from './deployer-docs.js';
import { environmentsOf, readWritten } from './environment.js';
import { readLevel, readMapPatch, readService } from './patch-body.js';
import { UrlCheck } from './url-check.js';
import { type EnvironmentWrite, WriteEnvironment } from './write-environment.js';
import { inBodyTurn } from '../../platform/http/large-bodies.js';
import { Needs } from '../../platform/http/required-scope.js';
import { originOf } from '../../platform/http/own-origin.js';
import { networkOf } from '../../platform/http/request-shares.js';
import { type Principal, requireScope } from '../../platform/principal.js';
import { quoted } from '../../platform/redact.js';

type DeployerRequest = FastifyRequest<{ Params: { project?: string; name?: string }; Querystring: Query }>;

const ENV = ApiQuery({
  name: 'env',
  required: false,
  description: 'Production by its name or as `default`, or `<stage>:<ticket>` such as `dev:TKT-1`.',
  schema: { type: 'string' },
});
const SKIP = ApiQuery({
  name: 'skip_url_check',
  required: false,
  description: 'Empty or `true`: the URLs are not called first.',
  schema: { type: 'string' },
});
const LEVEL = ApiQuery({
  name: 'packageDirLevel',
  required: false,
  description: 'How many parts of the path are left out for the folder that `name/` is mapped to.',
  schema: { type: 'integer', minimum: 1, maximum: 50 },
});
const MAP = jsonReply(200, 'The whole current map.', { type: 'object' });

@ApiTags('import-map-deployer')
@Controller()
export class DeployerController {
  constructor(
    private readonly answers: MapAnswers,
    private readonly verbs: RunVerb,
    private readonly writes: WriteEnvironment,
    private readonly urls: UrlCheck,
  ) {}

  @Get('health')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'deployer_health',
    summary: 'The server runs',
    description: 'The same text as from import-map-deployer.',
  })
  @jsonReply(200, 'It runs.', { type: 'object' })
  health(): object {
    return { message: 'import-map-deployer is running' };
  }

  @Get('environments')
  @Needs('read', '/p/:project')
  @ApiOperation({
    operationId: 'deployer_environments',
    summary: 'The environments',
    description: 'Production; a ticket is an environment too, as `<stage>:<ticket>`. Also below /p/<project>/.',
  })
  @jsonReply(200, 'The environments.', { type: 'object' })
  async environments(@Req() request: DeployerRequest): Promise<object> {
    return environmentsOf((await this.wanted(request)).project);
  }

  @Patch('import-map.json')
  @Needs('map:*', '/p/:project')
  @ApiOperation({
    operationId: 'deployer_patch_map',
    summary: 'Lay a map over an environment',
    description:
      'Imports are assigned key by key, a scope is replaced. Any content type is read as JSON. More than 50 000 entries at once are 400 `map.too_large`; maps above 256 kB are read one after the other: four wait, and the next is refused with 503 `body.busy`. Also below /p/<project>/.',
  })
  @ENV
  @SKIP
  @LENIENT
  @IDEMPOTENCY_KEY
  @jsonBody({ type: 'object' }, { imports: {} })
  @MAP
  @plainFailures(400, 404, 409, 413, 422, 503)
  patchMap(@Req() request: DeployerRequest, @Res() reply: FastifyReply): Promise<void> {
    return inBodyTurn(request, () => this.layMap(request, reply));
  }

  private async layMap(request: DeployerRequest, reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    const { map: patch, warnings } = await readMapPatch(request.body, rulesOf(wanted), isLenient(request));
    if (warnings.length > 0) void reply.header(LEFT_OUT, leftOutHeader(warnings));
    const keys = patch.imports.size + [...patch.scopes.values()].reduce((sum, section) => sum + section.size, 0);
    return this.patch(request, reply, wanted, patch, `patched ${keys} ${keys === 1 ? 'key' : 'keys'}`);
  }

  @Patch('services')
  @Needs('map:*', '/p/:project')
  @ApiOperation({
    operationId: 'deployer_patch_service',
    summary: 'Set a module of an environment',
    description:
      'Sets also `name/`, the folder of its URL. Any content type is read as JSON. Also below /p/<project>/.',
  })
  @ENV
  @SKIP
  @LEVEL
  @IDEMPOTENCY_KEY
  @jsonBody({
    type: 'object',
    properties: { service: { type: 'string' }, url: { type: 'string' }, integrity: { type: 'string' } },
    required: ['service', 'url'],
  })
  @MAP
  @plainFailures(400, 404, 409, 413, 422, 503)
  async patchService(@Req() request: DeployerRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    const level = readLevel(lastOf(request.query.packageDirLevel));
    const { name, patch } = await readService(request.body, level, rulesOf(wanted));
    return this.patch(request, reply, wanted, patch, `set ${name}`);
  }

  @Delete('services/:name')
  @Needs('map:*', '/p/:project')
  @ApiOperation({
    operationId: 'deployer_delete_service',
    summary: 'Remove a module of an environment',
    description:
      '`name` and `name/`, with slashes as %2F. It is not an error if the module does not exist. Also below /p/<project>/.',
  })
  @pathParameter('name', 'The name of the module.', 'cart')
  @ENV
  @IDEMPOTENCY_KEY
  @MAP
  @plainFailures(400, 404, 409, 422, 503)
  async removeService(@Req() request: DeployerRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    const name = request.params.name ?? '';
    const keys = [keyOf(name), keyOf(`${name}/`)];
    return this.write(request, reply, wanted, {
      line: `removed ${name}`,
      decide: async (now) =>
        keys.flatMap((key) => (now.get(key) ? [{ scope: null, specifier: key.slice(1), set: null }] : [])),
    });
  }

  private wanted(request: DeployerRequest): Promise<Wanted> {
    return this.answers.wanted(request.params.project ?? 'default', originOf(request));
  }

  private async patch(
    request: DeployerRequest,
    reply: FastifyReply,
    wanted: Wanted,
    patch: AcceptedMap,
    line: string,
  ): Promise<void> {
    // Before anything is called.
    const { principal } = this.allowed(request, wanted);
    const skip = lastOf(request.query.skip_url_check);
    if (skip !== '' && skip !== 'true') await this.urls.run(patch, ownerOf(principal, request));
    return this.write(request, reply, wanted, { line, decide: (now) => inSlices(layOver(patch, now)) });
  }

  private write(
    request: DeployerRequest,
    reply: FastifyReply,
    { project, origin, modulesUrl }: Wanted,
    { line, decide }: Pick<EnvironmentWrite, 'line' | 'decide'>,
  ): Promise<void> {
    const { environment, principal } = this.allowed(request, { project });
    const write = {
      project,
      environment,
      origin,
      modulesUrl,
      principal,
      decide,
      line: `deployer ${quoted(line, 150)}`,
    };
    const how = environment.kind === 'production' ? { pointer: { project: project.id }, endsWithRelease: true } : {};
    return this.verbs.run(request, reply, (tx) => this.writes.run(tx, write).catch(refused), how);
  }

  /** The environment that is written to, by whom. Rejects with forbidden `scope.missing`. */
  private allowed(
    request: DeployerRequest,
    { project }: Pick<Wanted, 'project'>,
  ): Pick<EnvironmentWrite, 'environment' | 'principal'> {
    const environment = readWritten(request.query, project);
    const { principal } = operationContext(request);
    const stage = environment.kind === 'production' ? project.stages.at(-1)?.name : environment.stage;
    requireScope(principal, `map:${stage}`);
    return { environment, principal };
  }
}

/** The same for a project that the URL names. */
@ApiExcludeController()
@Controller('p/:project')
export class ProjectDeployerController extends DeployerController {}

/** All that is wrong with a body is 400 here. */
function refused(error: unknown): never {
  throw error instanceof DomainError && error.kind === 'unprocessable'
    ? error.saying(error.message, {}, 'invalid')
    : error;
}

/** A token's owner, whatever number of tokens they have; without a token the network that it comes from. */
const ownerOf = ({ name, token }: Principal, { ip }: FastifyRequest): string =>
  token === undefined ? `address ${networkOf(ip)}` : `owner ${name}`;

const LEFT_OUT = 'x-stamp-left-out';
const MOST_LEFT_OUT = 20;

/** As JSON in ASCII: the body is the map, as import-map-deployer's clients expect it. */
const leftOutHeader = (warnings: readonly MapFault[]): string =>
  JSON.stringify(warnings.slice(0, MOST_LEFT_OUT).map(({ key, message }) => ({ key, message }))).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const rulesOf = ({ project, origin }: Wanted): AddressRules => ({
  origin,
  bases: project.bases,
  safeList: project.safeList,
  relative: project.relative,
});
