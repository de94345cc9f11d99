// Makes the Nest controllers of declared operations. What they need is found by its class: one that no module provides fails
// at the start.
import { Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ResourceHandler } from '../http/resource-handler.js';
import { queryFlag } from '../http/query-flag.js';
import { sendAnswer, sendJson } from '../http/reply.js';
import {
  type Call,
  type ListOperation,
  type Operation,
  type PlaceRequest,
  type ReadOperation,
  Tagged,
  type WriteOperation,
} from './operation.js';
import { operationContext } from './operation-context.js';
import { documentOperation } from './operation-docs.js';
import { type OperationWork, RunOperation } from './run-operation.js';

const METHODS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete } as const;

type Declared = ReadOperation | ListOperation | WriteOperation;

export const controllersOf = (...operations: readonly Operation[]): Type[] =>
  operations.map((operation) => controllerOf(operation as unknown as Declared));

function controllerOf(operation: Declared): Type {
  class OperationController {
    constructor(
      readonly runner: RunOperation,
      readonly lists: ResourceHandler,
      readonly use: unknown,
      readonly places: unknown,
      readonly commits: unknown,
    ) {}

    async answer(request: PlaceRequest, reply: FastifyReply): Promise<void> {
      const context = operationContext(request);
      const at = await operation.at.find(this.places, request);
      const call = { at, context, query: request.query, request };
      if ('read' in operation) return sendRead(request, reply, await operation.read(this.use, call));
      if ('write' in operation) return this.write(operation, call, reply);
      const scope = await operation.below?.(this.use, call);
      return this.lists.list(operation.list, request, reply, scope);
    }

    private async write(declared: WriteOperation, call: Call<unknown>, reply: FastifyReply): Promise<void> {
      const { request } = call;
      const dryRun = declared.dryRun === true && queryFlag(request, 'dry_run');
      const body = declared.body?.read(request.body);
      const work = answering(await declared.write(this.use, { ...call, body, dryRun }));
      const commit = declared.commit?.through(this.commits, call);
      await this.runner.run(request, reply, work, { dryRun, commit, once: declared.once ?? true });
    }
  }
  Object.defineProperty(OperationController, 'name', { value: `${operation.name}_controller` });
  const commits = 'write' in operation ? operation.commit?.by : undefined;
  [RunOperation, ResourceHandler, operation.use, operation.at.by, commits ?? RunOperation].forEach((needed, index) =>
    Inject(needed)(OperationController, undefined, index),
  );
  addRoute(OperationController, operation);
  return OperationController;
}

function sendRead(
  request: PlaceRequest,
  reply: FastifyReply,
  answer: Awaited<ReturnType<ReadOperation['read']>>,
): void {
  if (answer instanceof Tagged) sendAnswer(request, reply, { ...answer, status: 200, body: textOf(answer.body) });
  else sendJson(request, reply, textOf(answer));
}

const answering =
  (work: Awaited<ReturnType<WriteOperation['write']>>): OperationWork =>
  async (tx) => {
    const { body, ...rest } = await work(tx);
    return { status: 200, ...rest, body: body === null ? null : textOf(body) };
  };

const textOf = (body: string | object): string => (typeof body === 'string' ? body : JSON.stringify(body));

function addRoute(controller: Type, operation: Declared): void {
  const prototype = controller.prototype as object;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, 'answer') as TypedPropertyDescriptor<unknown>;
  const [verb, path] = operation.route.split(' ') as [keyof typeof METHODS, string];
  Controller('api/v1')(controller);
  Req()(prototype, 'answer', 0);
  Res()(prototype, 'answer', 1);
  METHODS[verb](path)(prototype, 'answer', descriptor);
  documentOperation(operation)(prototype, 'answer', descriptor);
}
