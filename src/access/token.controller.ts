// /api/v1/token/ and /api/v1/whoami/: who may do what, as those who administer it see it, and as one sees oneself.
import { Controller, Delete, Get, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Db } from '../platform/database/db.js';
import { notFound } from '../platform/errors.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';
import { failures, jsonBody, jsonReply, pathParameter } from '../rest/http/documented.js';
import { sendAnswer, sendJson } from '../rest/http/reply.js';
import { asId } from '../rest/writing/reference.js';
import { AccessTokens } from './access-tokens.js';
import { tokenBody } from './token-body.js';
import { NEW_TOKEN, TOKEN_LIST, WANTED_TOKEN, WHO } from './token-schemas.js';
import { quoted } from '../platform/redact.js';

type TokenRequest = FastifyRequest<{ Params: { id: string } }>;

const ID = pathParameter('id', 'The id of the token.', '1');

@ApiTags('Access')
@Controller('api/v1')
export class TokenController {
  constructor(
    private readonly db: Db,
    private readonly tokens: AccessTokens,
  ) {}

  @Get('whoami')
  @Needs('token', 'none')
  @ApiOperation({
    operationId: 'whoami',
    summary: 'Who you are to this server',
    description:
      'The owner of your token, its scopes and projects; `local` with all of them where the server asks for no token.',
  })
  @jsonReply(200, 'You.', WHO)
  @failures(401)
  whoami(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { name, scopes, reach } = principalOf(request);
    const projects = reach ? [...reach.values()].sort() : null;
    sendJson(request, reply, JSON.stringify({ name, scopes: scopes === 'all' ? 'all' : [...scopes], projects }));
  }

  @Get('token')
  @Needs('admin', 'all')
  @ApiOperation({
    operationId: 'list_token',
    summary: 'List the tokens that count',
    description: 'Without the tokens themselves, which nobody sees again after they were made.',
  })
  @jsonReply(200, 'Those that count, newest first.', TOKEN_LIST)
  @failures(401, 403)
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendJson(request, reply, JSON.stringify({ objects: await this.tokens.list() }));
  }

  @Post('token')
  @Needs('admin', 'all')
  @ApiOperation({
    operationId: 'create_token',
    summary: 'Make a token',
    description:
      "With `projects` it reaches those only. You can give the scopes that your token has, and no others: `map:<stage>` first comes from the server's operator, by `stampline token create`. The answer is the only place where the token is ever shown. A repeat makes another one: this call takes no Idempotency-Key, which would keep the token.",
  })
  @jsonBody(WANTED_TOKEN, { owner: 'ci', scopes: ['read', 'status:write'], purpose: 'The lander' })
  @jsonReply(201, 'Made.', NEW_TOKEN)
  @failures(400, 401, 403, 415)
  async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const wanted = tokenBody(request.body);
    const made = await this.db.transaction((tx) => this.tokens.create(tx, wanted, principalOf(request)));
    sendAnswer(request, reply, { status: 201, body: JSON.stringify(made) });
  }

  @Post('token/:id/rotate')
  @Needs('admin', 'all')
  @ApiOperation({
    operationId: 'rotate_token',
    summary: 'Replace a token',
    description:
      'The new one may the same for as long; the old one counts for 24 h more. A token is replaced once, by who has all its scopes: another call is 409, and names the token that replaced it.',
  })
  @ID
  @jsonReply(200, 'The new one.', NEW_TOKEN)
  @failures(401, 403, 404, 409)
  async rotate(@Req() request: TokenRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = idOf(request);
    const made = await this.db.transaction((tx) => this.tokens.rotate(tx, id, principalOf(request)));
    sendAnswer(request, reply, { status: 200, body: JSON.stringify(made) });
  }

  @Delete('token/:id')
  @Needs('admin', 'all')
  @ApiOperation({
    operationId: 'revoke_token',
    summary: 'Revoke a token',
    description: 'It is refused everywhere within five seconds.',
  })
  @ID
  @jsonReply(204, 'Revoked.')
  @failures(401, 403, 404)
  async revoke(@Req() request: TokenRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = idOf(request);
    await this.db.transaction((tx) => this.tokens.revoke(tx, id, principalOf(request).name));
    sendAnswer(request, reply, { status: 204, body: null });
  }
}

function idOf({ params }: TokenRequest): number {
  const id = asId(params.id);
  if (id === undefined) throw notFound(`There is no token '${quoted(params.id, 50)}'.`);
  return id;
}
