// GET /import-map.json and what stands beside it, for `default` and under /p/<project>/.
import { Controller, Get, Options, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { conflict, DomainError } from '../../platform/errors.js';
import { sendErrorText } from '../../platform/http/error-reply.js';
import { failures } from '../../rest/http/documented.js';
import { readEnvironment } from '../deployer/environment.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { withoutPreviewKeys } from '../domain/preview-link.js';
import { AT, ENV, MAP, MAP_ABOUT, PROJECT, RELEASE, SCRIPT, SNIPPET } from './map-documented.js';
import { DEPLOYER, type MapAnswer, MapAnswers, type MapForm, type Wanted } from './map-answers.js';
import type { AskedTickets } from './map-request.js';
import { PreviewGate } from './preview-gate.js';
import type { Live } from './fresh-maps.js';
import { allowKeys, PREVIEW_KEY_HEADER, shareWithAll, sharePreview, WITH_ALL } from './cors.js';
import { Shortcut } from './shortcut.js';
import { snippetOf } from './snippet.js';
import { send, sendTold, statusNow } from './told-map.js';
import { PageScriptCache } from './page-script-cache.js';
import type { ServedBytes } from './served-bytes-cache.js';
import { Needs } from '../../platform/http/required-scope.js';
import { originOf } from '../../platform/http/own-origin.js';

type MapRequest = FastifyRequest<{ Params: { project?: string }; Querystring: Query }>;

const IMPORT_MAP = 'application/importmap+json';
const SCRIPT_TYPE = 'text/javascript; charset=utf-8';
/** What the shortcut says beside the bytes. */
const LIVE_MAP = { ...WITH_ALL, 'content-type': IMPORT_MAP, 'cache-control': 'no-cache' };
const LIVE_SCRIPT = { ...WITH_ALL, 'content-type': SCRIPT_TYPE, 'cache-control': 'no-cache' };

@ApiTags('Import maps')
@Controller()
export class MapController {
  constructor(
    private readonly answers: MapAnswers,
    private readonly scripts: PageScriptCache,
    private readonly shortcut: Shortcut,
    private readonly gate: PreviewGate,
  ) {}

  @Get('import-map.json')
  @Needs('offered')
  @ApiOperation({ operationId: 'import_map', summary: 'The import map', description: MAP_ABOUT })
  @RELEASE
  @AT
  @ENV
  @MAP
  @failures(400, 404, 409, 429, 503)
  map(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> | void {
    const now = request.url === '/import-map.json' ? this.answers.now('default', originOf(request)) : undefined;
    return now ? this.sendProduction(request, reply, now) : this.answer(request, reply);
  }

  @Get('p/:project/import-map.json')
  @Needs('offered')
  @ApiOperation({ operationId: 'import_map_of', summary: 'The import map of a project', description: MAP_ABOUT })
  @PROJECT
  @RELEASE
  @AT
  @ENV
  @MAP
  @failures(400, 404, 409, 429, 503)
  mapOf(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.answer(request, reply);
  }

  /** A browser asks first whether stamp.js may send the key of a ticket. */
  @Options(['import-map.json', 'p/:project/import-map.json'])
  @Needs('anonymous')
  @ApiExcludeEndpoint()
  async mayAsk(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    const asked = this.answers.asked(wanted, request.query);
    if (asked.length > 0) sharePreview(request, reply, wanted.project, asked);
    else shareWithAll(reply);
    allowKeys(reply);
    void reply.code(200).header('allow', 'GET,PATCH').send();
  }

  @Get('stamp.js')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'stamp_script',
    summary: 'The script for pages',
    description: 'The first script in a head.',
  })
  @SCRIPT
  @failures(503)
  script(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendScript(request, reply);
  }

  @Get('p/:project/stamp.js')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'stamp_script_of',
    summary: 'The script for pages of a project',
    description: 'As /stamp.js.',
  })
  @PROJECT
  @SCRIPT
  @failures(404, 503)
  scriptOf(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendScript(request, reply);
  }

  @Get('snippet.html')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'snippet',
    summary: 'What a page has in its head',
    description: 'The script and the fallback.',
  })
  @SNIPPET
  @failures(503)
  snippet(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendSnippet(request, reply);
  }

  @Get('p/:project/snippet.html')
  @Needs('anonymous')
  @ApiOperation({
    operationId: 'snippet_of',
    summary: 'What a page of a project has in its head',
    description: 'As /snippet.html.',
  })
  @PROJECT
  @SNIPPET
  @failures(404, 503)
  snippetOf(@Req() request: MapRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.sendSnippet(request, reply);
  }

  private wanted(request: MapRequest): Promise<Wanted> {
    return this.answers.wanted(request.params.project ?? 'default', originOf(request));
  }

  private sendProduction(request: MapRequest, reply: FastifyReply, live: Live & { stamp: ServedBytes }): void {
    this.shortcut.keep(request, live, live.stamp, LIVE_MAP);
    shareWithAll(reply);
    send(request, reply, live.stamp, IMPORT_MAP, 'no-cache');
  }

  private async answer(request: MapRequest, reply: FastifyReply): Promise<void> {
    if (request.query.env !== undefined) return this.answerEnvironment(request, reply);
    // What is wrong with the query any page may read.
    shareWithAll(reply);
    const wanted = await this.wanted(request);
    const asked = this.answers.asked(wanted, request.query);
    const isPreview = asked.length > 0;
    if (isPreview) sharePreview(request, reply, wanted.project, asked);
    const { stamp, status, shows } = await this.admitted(request, wanted, request.query, asked);
    sendTold(request, reply, { stamp, status: statusNow(wanted, status), type: IMPORT_MAP, isPreview, shows });
  }

  /** As import-map-deployer answers: JSON by name, errors as text, and none of another map in place of the ticket's. */
  private async answerEnvironment(request: MapRequest, reply: FastifyReply): Promise<void> {
    try {
      const wanted = await this.wanted(request);
      const environment = readEnvironment(request.query, wanted.project);
      const query = environment.kind === 'ticket' ? { [environment.stage]: environment.linked } : {};
      const asked = this.answers.asked(wanted, query);
      if (environment.kind === 'ticket') sharePreview(request, reply, wanted.project, asked);
      else shareWithAll(reply);
      const { stamp, status } = await this.admitted(request, wanted, query, asked, DEPLOYER);
      const name = withoutPreviewKeys(lastOf(request.query.env) ?? '');
      if (status && status !== 'stale') throw conflict('env.not_shown', `${name}: ${status}.`);
      const told = { stamp, status: statusNow(wanted, status), type: 'application/json' };
      sendTold(request, reply, { ...told, isPreview: environment.kind === 'ticket' });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      sendErrorText(reply, error);
    }
  }

  /** The answer, or production in place of tickets that whoever asks may not see. */
  private async admitted(
    request: MapRequest,
    wanted: Wanted,
    query: Query,
    asked: readonly AskedTickets[],
    form?: MapForm,
  ): Promise<MapAnswer> {
    if (asked.length === 0) return this.answers.answer(wanted, query, form);
    const keys = request.headers[PREVIEW_KEY_HEADER];
    const visitor = {
      principal: request.principal,
      address: request.ip,
      keys: keys === undefined ? keys : String(keys),
    };
    const admission = await this.gate.admit(visitor, wanted, asked);
    if (admission === 'shown') return this.answers.answer(wanted, query, form);
    return this.answers.instead(wanted, admission === 'locked' ? 'locked' : 'unknown; stale', form);
  }

  private async sendScript(request: MapRequest, reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    shareWithAll(reply);
    const { value, stale } = await this.answers.production(wanted);
    const stamp = await this.scripts.of(wanted, value);
    if (!stale) this.shortcut.keep(request, { project: wanted.project, production: value }, stamp, LIVE_SCRIPT);
    const status = statusNow(wanted, stale ? 'stale' : undefined);
    sendTold(request, reply, { stamp, status, type: SCRIPT_TYPE, isPreview: false });
  }

  private async sendSnippet(request: MapRequest, reply: FastifyReply): Promise<void> {
    const wanted = await this.wanted(request);
    const { stamp, status } = await this.answers.answer(wanted, {});
    const now = statusNow(wanted, status);
    if (now) void reply.header('x-stamp-status', now);
    const text = snippetOf(wanted.origin, wanted.project.name, stamp.body.toString());
    void reply.header('content-type', 'text/plain; charset=utf-8').header('cache-control', 'no-cache').send(text);
  }
}
