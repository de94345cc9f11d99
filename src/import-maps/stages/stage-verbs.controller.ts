// POST /api/v1/ticket/<id>/stamp|promote|revert|rebase/.
import { operationContext } from '../../rest/operations/operation-context.js';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import {
  flagParameter,
  failures,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  jsonBody,
  jsonReply,
  pathParameter,
} from '../../rest/http/documented.js';
import { type IdRequest, ResourceHandler } from '../../rest/http/resource-handler.js';
import { resourceNamed } from '../../rest/resource.js';
import { forcedOf } from './force-body.js';
import { PromoteTicket } from './promote-ticket.js';
import { RebaseTicket } from './rebase-ticket.js';
import { RevertTicket } from './revert-ticket.js';
import { queryFlag } from '../../rest/http/query-flag.js';
import { RunVerb } from './run-verb.js';
import { STAGE_CHANGE } from './stage-schemas.js';
import { StampTicket } from './stamp-ticket.js';
import { verbBody } from '../../rest/operations/operation-body.js';
import { rebaseBody } from './rebase-body.js';
import { Needs } from '../../platform/http/required-scope.js';

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');
const DONE = jsonReply(200, 'Done. The ETag is the version of the ticket.', STAGE_CHANGE);
const REASON = { type: 'string', maxLength: 500, description: 'Goes into the history.' };
const DRY_RUN = flagParameter('dry_run', '1: does all of it, answers, and keeps none.');
const PROMOTE = jsonBody(
  {
    type: 'object',
    description: 'What you saw.',
    properties: {
      release: { type: 'integer', description: 'The production release that you expect.' },
      git_commit: {
        type: 'string',
        pattern: '^[0-9a-f]{7,64}$',
        description:
          'The commit that has the change. What came before it was committed (`dirty`) counts as committed from then on. The release has it, also where only the promotion to a stage before says it. It is not what takes the change back in git: `git_commits` are.',
      },
      git_commits: {
        type: 'array',
        maxItems: 100,
        items: { type: 'string', pattern: '^[0-9a-f]{7,64}$', description: 'A commit.' },
        description:
          'The commits that changed its modules, newest first. The release has those that the last promotion said which said any. A revert is answered with what takes them back in git. Where none says any, the commit of the uploads is the one, if all of them name the same, and neither a watched folder nor a package is among them.',
      },
      git_merges: {
        type: 'array',
        maxItems: 100,
        items: { type: 'string', pattern: '^[0-9a-f]{7,64}$', description: 'A commit.' },
        description: 'Those of `git_commits` that are merges.',
      },
      force: {
        type: 'array',
        items: { type: 'string', enum: ['imports'], description: 'A policy.' },
        description: 'Policies that this promotion goes past though they object; with a reason. It is an event.',
      },
      reason: REASON,
    },
  },
  undefined,
  { required: false },
);
const REVERT = jsonBody(
  {
    type: 'object',
    description: 'How.',
    properties: {
      reason: REASON,
      to_revision: { type: 'integer', description: 'In the first stage: the revision of its modules to go back to.' },
      cascade: { type: 'boolean', description: 'Out of production: take out those that depend on it, too.' },
      force: { type: 'boolean', description: 'Out of production: though others depend on it.' },
    },
  },
  undefined,
  { required: false },
);
const REBASE = jsonBody({
  type: 'object',
  description: 'For each key, `specifier` or `scope specifier`, whose value counts.',
  additionalProperties: { type: 'string', enum: ['mine', 'theirs'] },
});

@ApiTags('Stages')
@Controller('api/v1/ticket')
export class StageVerbsController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly verbs: RunVerb,
    private readonly stamping: StampTicket,
    private readonly promoting: PromoteTicket,
    private readonly reverting: RevertTicket,
    private readonly rebasing: RebaseTicket,
  ) {}

  @Post(':id/stamp')
  @Needs('map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'stamp_ticket',
    summary: 'Make a ticket carry modules',
    description: "It comes to its project's first stage. Stamping again changes nothing; a closed ticket is reopened.",
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @DONE
  @failures(400, 404, 409, 412, 415, 422)
  async stamp(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const [id, options] = [await this.idOf(request), operationContext(request)];
    verbBody(request.body, {});
    return this.verbs.onTicket(request, reply, (tx) => this.stamping.run(tx, id, options));
  }

  @Post(':id/promote')
  @Needs('map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'promote_ticket',
    summary: 'Bring a ticket to the next stage',
    description:
      'The first promotion freezes its modules. Into the last stage it is a release: only what the ticket changes is merged into production as it is now. Refused with the verdicts of the policies where one objects.',
  })
  @ID
  @DRY_RUN
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @PROMOTE
  @DONE
  @failures(400, 404, 409, 412, 415, 422)
  async promote(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const [id, options] = [await this.idOf(request), operationContext(request)];
    const {
      release,
      git_commit: commit,
      git_commits: commits,
      git_merges: merges = [],
      force,
      reason,
    } = verbBody(request.body, {
      release: 'number',
      git_commit: 'commit',
      git_commits: 'commits',
      git_merges: 'commits',
      force: 'words',
      reason: 'text',
    });
    const forced = forcedOf(force, reason, options.actor);
    const git = { foundIn: commit, commits, merges };
    const work = (tx: Parameters<PromoteTicket['run']>[0]): ReturnType<PromoteTicket['run']> =>
      this.promoting.run(tx, id, { ...options, release, git, forced });
    return this.verbs.onTicket(request, reply, work, {
      dryRun: queryFlag(request, 'dry_run'),
      pointer: { ticket: id },
    });
  }

  @Post(':id/revert')
  @Needs('map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'revert_ticket',
    summary: 'Bring a ticket back to the stage before',
    description:
      'Out of production: a new release without it. Keys that a later ticket overwrote stay (`superseded`). In the first stage: back to an earlier revision of its modules.',
  })
  @ID
  @DRY_RUN
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @REVERT
  @DONE
  @failures(400, 404, 409, 412, 415, 422)
  async revert(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const [id, options] = [await this.idOf(request), operationContext(request)];
    const { to_revision: toRevision, ...how } = verbBody(request.body, {
      reason: 'text',
      to_revision: 'number',
      cascade: 'flag',
      force: 'flag',
    });
    const work = (tx: Parameters<RevertTicket['run']>[0]): ReturnType<RevertTicket['run']> =>
      this.reverting.run(tx, id, { ...options, ...how, toRevision });
    return this.verbs.onTicket(request, reply, work, {
      dryRun: queryFlag(request, 'dry_run'),
      pointer: { ticket: id },
    });
  }

  @Post(':id/rebase')
  @Needs('map:*', 'ticket/:id')
  @ApiOperation({
    operationId: 'rebase_ticket',
    summary: 'Settle keys that somebody else released since',
    description:
      '`mine` keeps what the ticket has, over what is in production now; `theirs` gives the key up. In the first stage only.',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @REBASE
  @DONE
  @failures(400, 404, 409, 412, 415, 422)
  async rebase(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const [id, options] = [await this.idOf(request), operationContext(request)];
    const choices = rebaseBody(request.body);
    return this.verbs.onTicket(request, reply, (tx) => this.rebasing.run(tx, id, choices, options));
  }

  private idOf(request: IdRequest): Promise<number> {
    return this.handler.idOf(resourceNamed('ticket'), request);
  }
}
