// What an operation needs of whoever calls it, declared at the operation: the router knows it before a body is read, and the
// OpenAPI document shows it. A route of ours that declares none doesn't start (access/authenticate.ts).
import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { LOCAL, type Principal } from '../principal.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A scope; `anonymous`: nobody is asked who they are; `offered`: nor here, but a token is looked at; `token`: any valid token. */
    need?: Need;
    about?: About;
    /** True where the answer goes on until somebody ends it. */
    lasts?: boolean;
    /** True where `?wait=` lets the answer wait. */
    waits?: boolean;
  }
  interface FastifyRequest {
    principal?: Principal;
    /** The token that it was let in with. Never logged, never sent. */
    token?: string;
  }
}

export type Need =
  | 'anonymous'
  /** For everybody, and more of it for those whose token may read: a token that isn't valid is as none. */
  | 'offered'
  | 'token'
  | 'read'
  | 'ticket:write'
  | 'status:write'
  | 'artifact:write'
  | 'event:write'
  /** Of the stage that it comes to: the use case asks for that one. */
  | 'map:*'
  /** One of both. */
  | 'ticket:write|map:*'
  /** Implied by no other. */
  | 'override'
  | 'admin';

/**
 * Which projects an operation is about, so that a token for some of them reaches no other (access/project-gate.ts):
 * - `none`: what belongs to no project. Any token will do.
 * - `own`: lists what the token's projects have, and deletes no more.
 * - `all`: all of them, or what they share: a token for all projects.
 * - `written`: those that it writes to, looked at before the commit (rest/writing/require-token-reach.ts).
 * - `?project`, `/p/:project`: the one that the URL names, or `default`.
 * - `ticket/:id`, `ticket/:ids`: the ones of the objects that the URL names.
 */
export type About =
  'none' | 'own' | 'all' | 'written' | '?project' | '/p/:project' | `${string}/:id` | `${string}/:ids`;

/**
 * Declares what an operation needs, and which projects it is about. Further configuration of the route goes along: Nest keeps
 * one of them only.
 */
export function Needs(need: 'anonymous' | 'offered'): MethodDecorator & ClassDecorator;
export function Needs(need: Need, about: About, config?: object): MethodDecorator & ClassDecorator;
export function Needs(need: Need, about: About = 'none', config: object = {}): MethodDecorator & ClassDecorator {
  if (need === 'anonymous' || need === 'offered')
    return applyDecorators(RouteConfig({ ...config, need }), ApiExtension('x-scope', 'anonymous'));
  return applyDecorators(
    RouteConfig({ ...config, need, about }),
    ApiExtension('x-scope', need),
    ApiExtension('x-project', about),
    ApiSecurity('token'),
  );
}

/** Who asks. */
export const principalOf = (request: FastifyRequest): Principal => request.principal ?? LOCAL;
