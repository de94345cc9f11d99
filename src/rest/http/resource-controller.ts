// Makes the Nest controller of a resource: a route for each operation that its verbs allow, documented from its declaration.
import { Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res, type Type } from '@nestjs/common';
import type { OperationName, Resource, Verb } from '../resource.js';
import { documentOperation } from './operation-docs.js';
import { ResourceHandler } from './resource-handler.js';

interface Route {
  readonly operation: OperationName | 'schema' | 'set';
  readonly verb: Verb;
  readonly path: string;
}

const ROUTES: readonly Route[] = [
  { operation: 'list', verb: 'GET', path: '' },
  { operation: 'create', verb: 'POST', path: '' },
  { operation: 'patchList', verb: 'PATCH', path: '' },
  { operation: 'removeList', verb: 'DELETE', path: '' },
  { operation: 'schema', verb: 'GET', path: 'schema' },
  { operation: 'set', verb: 'GET', path: 'set/:ids' },
  { operation: 'detail', verb: 'GET', path: ':id' },
  { operation: 'update', verb: 'PATCH', path: ':id' },
  { operation: 'replace', verb: 'PUT', path: ':id' },
  { operation: 'remove', verb: 'DELETE', path: ':id' },
];

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

/** The operations of a resource; `except` leaves out those that a controller of its room answers. */
export function controllerOf(resource: Resource, except: readonly Route['operation'][] = []): Type {
  class ResourceController {
    constructor(readonly handler: ResourceHandler) {}
  }
  Object.defineProperty(ResourceController, 'name', { value: `${resource.name}Controller` });
  Inject(ResourceHandler)(ResourceController, undefined, 0);
  for (const route of ROUTES) {
    const answers = route.operation === 'schema' || resource.verbs.includes(route.verb);
    const left: readonly Route['operation'][] = [...except, ...(resource.without ?? [])];
    if (!answers || left.includes(route.operation)) continue;
    addRoute(ResourceController, resource, route);
  }
  Controller(`api/v1/${resource.name}`)(ResourceController);
  return ResourceController;
}

type Handle = (resource: Resource, request: unknown, reply: unknown) => unknown;

function addRoute(controller: Type<{ handler: ResourceHandler }>, resource: Resource, route: Route): void {
  const method = function (this: { handler: ResourceHandler }, request: unknown, reply: unknown): unknown {
    return (this.handler[route.operation] as Handle).call(this.handler, resource, request, reply);
  };
  const prototype = controller.prototype as object;
  Object.defineProperty(prototype, route.operation, { value: method, configurable: true, writable: true });
  const descriptor = Object.getOwnPropertyDescriptor(prototype, route.operation) as TypedPropertyDescriptor<unknown>;
  Req()(prototype, route.operation, 0);
  Res()(prototype, route.operation, 1);
  METHODS[route.verb](route.path)(prototype, route.operation, descriptor);
  documentOperation(resource, route.operation, prototype, descriptor);
}
