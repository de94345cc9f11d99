// `/`: for browsers a small page that says where tickets are; for others import-map-deployer's health reply, whose clients
// ask here, with where to find the API beside it.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db } from '../platform/database/db.js';
import { type HomeTicket, homePage, type StepCount } from './home-page.js';
import { FAILED } from '../workflow/steps.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';
import { originOf } from '../platform/http/own-origin.js';
import { allowOwnScripts } from '../platform/http/security-headers.js';

const SHOWN = 50;

@ApiTags('Operations')
@Controller()
export class HomeController {
  constructor(private readonly db: Db) {}

  @Get()
  @Needs('read', 'own')
  @ApiOperation({
    operationId: 'home',
    summary: 'The start page',
    description: 'A page for browsers (`Accept: text/html`); for other clients a note that the server runs, and links.',
  })
  @ApiResponse({
    status: 200,
    description: 'The page, or the links.',
    content: { 'application/json': { schema: { type: 'object' } }, 'text/html': { schema: { type: 'string' } } },
  })
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('vary', 'Accept').header('cache-control', 'no-cache');
    if (!String(request.headers.accept ?? '').includes('text/html')) {
      void reply.send({
        message: 'import-map-deployer is running',
        name: 'stampline',
        api: '/api/v1/',
        docs: '/docs',
        openapi: '/openapi.json',
      });
      return;
    }
    const { reach } = principalOf(request);
    const projects = reach ? [...reach.keys()] : null;
    const base = originOf(request);
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .send(
        homePage({ base, nonce: allowOwnScripts(reply) }, await this.counts(projects), await this.newest(projects)),
      );
  }

  private counts(projects: readonly number[] | null): Promise<StepCount[]> {
    return this.db.run<StepCount>({
      name: 'home_counts',
      text: 'SELECT current_workflow_step AS step, count(*)::int AS tickets FROM ticket WHERE closed_at IS NULL AND current_workflow_step < 1000 AND ($1::bigint[] IS NULL OR project_id = ANY($1)) GROUP BY 1',
      values: [projects],
    });
  }

  /** The tickets that changed last: open ones, and failed ones first. */
  private newest(projects: readonly number[] | null): Promise<HomeTicket[]> {
    return this.db.run<HomeTicket>({
      name: 'home_tickets',
      text: `(SELECT t.id, t.key, p.name AS project, t.title, t.owner, t.current_workflow_step AS step, t.status, t.failure, t.failed_at_step
          FROM ticket t JOIN project p ON p.id = t.project_id
          WHERE t.current_workflow_step = ${FAILED} AND t.closed_at IS NULL AND ($1::bigint[] IS NULL OR t.project_id = ANY($1)) ORDER BY t.id DESC LIMIT ${SHOWN})
        UNION ALL
        (SELECT t.id, t.key, p.name, t.title, t.owner, t.current_workflow_step, t.status, t.failure, t.failed_at_step
          FROM ticket t JOIN project p ON p.id = t.project_id
          WHERE t.current_workflow_step < ${FAILED} AND t.closed_at IS NULL AND ($1::bigint[] IS NULL OR t.project_id = ANY($1)) ORDER BY t.id DESC LIMIT ${SHOWN})`,
      values: [projects],
    });
  }
}
