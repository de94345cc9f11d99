// POST /api/v1/command/ (stream.md, "Commands").
import { operationContext } from '../rest/operations/operation-context.js';
import { Controller, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failures, IDEMPOTENCY_KEY, jsonBody, jsonReply } from '../rest/http/documented.js';
import { lastOf, type Query } from '../rest/reading/list-query.js';
import { commandBody } from './command-body.js';
import { COMMAND, COMMAND_ANSWER } from './command-schemas.js';
import { GRAMMAR } from './grammar.js';
import { RunCommand } from './run-command.js';
import { Needs } from '../platform/http/required-scope.js';

const USAGES = Object.values(GRAMMAR)
  .map(({ usage, about }) => `- \`${usage}\`: ${about}`)
  .join('\n');

@ApiTags('Commands')
@Controller('api/v1/command')
export class CommandController {
  constructor(private readonly commands: RunCommand) {}

  @Post()
  @Needs('token', 'written')
  @ApiOperation({
    operationId: 'run_command',
    summary: 'Run a text command',
    description: `Runs the same operations as the calls of the API, all or nothing. A command that changes production needs a confirmation (202): send \`confirm <id>\` within 60 seconds. The command and its result are events in the stream.\n\n${USAGES}`,
  })
  @ApiQuery({
    name: 'project',
    required: false,
    description: 'The project by name or id, for keys and stages; `--project` in the text overrides it.',
    schema: { type: 'string' },
  })
  @IDEMPOTENCY_KEY
  @jsonBody(COMMAND, { text: 'status 1' })
  @jsonReply(200, 'Done, or with dry_run what would be done.', COMMAND_ANSWER)
  @jsonReply(202, 'Not done yet: it waits for `confirm`.', COMMAND_ANSWER)
  @failures(400, 403, 404, 409, 415, 422)
  async run(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [{ actor, principal, base }, body] = [operationContext(request), commandBody(request.body)];
    const project = lastOf((request.query as Query).project);
    return this.commands.run(request, reply, { ...body, project, actor, principal, base });
  }
}
