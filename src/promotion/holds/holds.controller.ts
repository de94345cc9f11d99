// POST /api/v1/ticket/<id>/hold|unhold/ and /api/v1/stage/<name>/lock|unlock/.
import { operationContext } from '../../rest/operations/operation-context.js';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../../platform/database/db.js';
import { failures, IDEMPOTENCY_KEY, IF_MATCH, jsonBody, jsonReply, pathParameter } from '../../rest/http/documented.js';
import { versionTag } from '../../rest/http/entity-tag.js';
import { type IdRequest, ResourceHandler } from '../../rest/http/resource-handler.js';
import { resourceNamed } from '../../rest/resource.js';
import { NamedProjects } from '../../projects/stages/named-stage.js';
import { RunOperation } from '../../rest/operations/run-operation.js';
import { HELD_TICKET, LOCKED_STAGE } from '../replies.js';
import { verbBody } from '../../rest/operations/operation-body.js';
import { holdBody } from './hold-body.js';
import { type HeldTicket, HoldTicket } from './hold-ticket.js';
import { heldView, lockedView } from './hold-view.js';
import { LockStage } from './lock-stage.js';
import { Needs } from '../../platform/http/required-scope.js';

type StageRequest = FastifyRequest<{ Params: { name: string } }>;

const ID = pathParameter('id', 'The id of the ticket, or its key (`TKT-7`).', '1');
const NAME = pathParameter('name', 'The name of the stage.', 'qa');
const PROJECT = ApiQuery({
  name: 'project',
  required: false,
  description: 'The project by name or id; `default` where none is given.',
  schema: { type: 'string' },
});
const REASON = { type: 'string', maxLength: 500, description: 'Who runs into it reads this.' };
const UNTIL = { type: 'string', description: 'When it clears by itself: `30m`, `2h`, `3d`, `1w`, or a time.' };
const WHY = (example: object): MethodDecorator =>
  jsonBody(
    {
      type: 'object',
      description: 'Why, and until when.',
      properties: { reason: REASON, until: UNTIL },
      required: ['reason'],
    },
    example,
  );
const LIFTED = jsonBody(
  { type: 'object', description: 'Why it is lifted.', properties: { reason: REASON } },
  { reason: 'The release notes are there' },
  { required: false },
);
const HELD = jsonReply(200, 'The ticket. The ETag is its version.', HELD_TICKET);
const LOCKED = jsonReply(200, 'The stage.', LOCKED_STAGE);

@ApiTags('Stages')
@Controller('api/v1')
export class HoldsController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly operations: RunOperation,
    private readonly projects: NamedProjects,
    private readonly holding: HoldTicket,
    private readonly locking: LockStage,
  ) {}

  @Post('ticket/:id/hold')
  @Needs('ticket:write', 'ticket/:id')
  @ApiOperation({
    operationId: 'hold_ticket',
    summary: 'Hold a ticket',
    description:
      'It is not promoted until somebody lifts the hold, or its end comes. A ticket that was taken out of production holds itself. Holding it the same way again changes nothing. A hold without an end gets none: lift it first (409 `hold.endless`).',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @WHY({ reason: 'Waits for the release notes', until: '2h' })
  @HELD
  @failures(400, 404, 409, 412, 415, 422)
  async hold(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = holdBody(request.body);
    return this.onTicket(request, reply, (tx, id) => this.holding.hold(tx, id, wanted, operationContext(request)));
  }

  @Post('ticket/:id/unhold')
  @Needs('ticket:write', 'ticket/:id')
  @ApiOperation({
    operationId: 'unhold_ticket',
    summary: 'Lift the hold of a ticket',
    description: 'One that nobody holds stays as it is.',
  })
  @ID
  @IDEMPOTENCY_KEY
  @IF_MATCH
  @LIFTED
  @HELD
  @failures(400, 404, 409, 412, 415, 422)
  async unhold(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { reason } = verbBody(request.body, { reason: 'text' });
    return this.onTicket(request, reply, (tx, id) => this.holding.unhold(tx, id, reason, operationContext(request)));
  }

  private async onTicket(
    request: IdRequest,
    reply: FastifyReply,
    work: (tx: Tx, id: number) => Promise<HeldTicket>,
  ): Promise<void> {
    const id = await this.handler.idOf(resourceNamed('ticket'), request);
    await this.operations.run(request, reply, async (tx) => {
      const held = await work(tx, id);
      const body = JSON.stringify(heldView(held));
      return { status: 200, body, etag: versionTag(Number(held.row.version)) };
    });
  }

  @Post('stage/:name/lock')
  @Needs('admin', '?project')
  @ApiOperation({
    operationId: 'lock_stage',
    summary: 'Lock a stage',
    description:
      'Nothing is promoted to it, and nobody writes to a locked production, until somebody unlocks it or its end comes. Reverts and rollbacks are allowed all the same.',
  })
  @NAME
  @PROJECT
  @IDEMPOTENCY_KEY
  @WHY({ reason: 'The testers are away', until: '1d' })
  @LOCKED
  @failures(400, 404, 409, 415, 422)
  async lock(@Req() request: StageRequest, @Res() reply: FastifyReply): Promise<void> {
    const [wanted, options] = [holdBody(request.body), operationContext(request)];
    const project = await this.projects.of(request.query);
    await this.operations.run(request, reply, async (tx) => {
      const locked = await this.locking.lock(tx, project, request.params.name, wanted, options);
      return { status: 200, body: JSON.stringify(lockedView(project, locked)) };
    });
  }

  @Post('stage/:name/unlock')
  @Needs('admin', '?project')
  @ApiOperation({
    operationId: 'unlock_stage',
    summary: 'Unlock a stage',
    description: 'One that nobody locked stays as it is.',
  })
  @NAME
  @PROJECT
  @IDEMPOTENCY_KEY
  @LIFTED
  @LOCKED
  @failures(400, 404, 409, 415, 422)
  async unlock(@Req() request: StageRequest, @Res() reply: FastifyReply): Promise<void> {
    const [{ reason }, { actor }] = [verbBody(request.body, { reason: 'text' }), operationContext(request)];
    const project = await this.projects.of(request.query);
    await this.operations.run(request, reply, async (tx) => {
      const unlocked = await this.locking.unlock(tx, project, request.params.name, reason, actor);
      return { status: 200, body: JSON.stringify(lockedView(project, unlocked)) };
    });
  }
}
