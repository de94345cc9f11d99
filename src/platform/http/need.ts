// What an operation needs of whoever calls it, declared at the operation: the router knows it before a body is read, and the
// OpenAPI document shows it. A route of ours that declares none doesn't start (access/authenticate.ts).
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { LOCAL, type Principal } from '../principal.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A scope; `anonymous`: nobody is asked who they are; `token`: any valid token. */
    need?: Need;
  }
  interface FastifyRequest {
    principal?: Principal;
  }
}

export type Need =
  | 'anonymous'
  | 'token'
  | 'read'
  | 'ticket:write'
  | 'status:write'
  | 'artifact:write'
  | 'event:write'
  /** Of the stage that it comes to: the use case asks for that one. */
  | 'map:*'
  | 'admin';

/** Declares what an operation needs. Further configuration of the route goes along: Nest keeps one of them only. */
export const Needs = (need: Need, config: object = {}): MethodDecorator & ClassDecorator =>
  applyDecorators(
    RouteConfig({ ...config, need }),
    ApiExtension('x-scope', need),
    ...(need === 'anonymous' ? [] : [ApiSecurity('token')]),
  );

/** Who asks. */
export const principalOf = (request: FastifyRequest): Principal => request.principal ?? LOCAL;
