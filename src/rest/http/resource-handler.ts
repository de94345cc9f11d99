// What each operation of a resource does with a request: read the URL and body, ask the reader or the writer, answer.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, invalid, notFound } from '../../platform/errors.js';
import { KeyReader } from '../reading/key-reader.js';
import type { Query } from '../reading/list-query.js';
import { ListReader, type Scope } from '../reading/list-reader.js';
import { ObjectReader } from '../reading/object-reader.js';
import { isKey } from '../resource-key.js';
import { type Resource, uriOf } from '../resource.js';
import { Idempotency } from '../writing/idempotency.js';
import { ListWriter } from '../writing/list-writer.js';
import { asId } from '../writing/reference.js';
import { ResourceWriter } from '../writing/resource-writer.js';
import { listBody } from './list-reply.js';
import { keyedRequest, objectAnswer, sendAnswer, sendJson, sendObject, writeOptions } from './reply.js';
import { describeSchema } from './schema-reply.js';

export type IdRequest = FastifyRequest<{ Params: { id: string }; Querystring: Query }>;
export type ListRequest = FastifyRequest<{ Querystring: Query }>;

@Injectable()
export class ResourceHandler {
  constructor(
    private readonly lists: ListReader,
    private readonly objects: ObjectReader,
    private readonly writer: ResourceWriter,
    private readonly listWriter: ListWriter,
    private readonly idempotency: Idempotency,
    private readonly keys: KeyReader,
  ) {}

  /** The id that a URL names by number or, where there are keys, by key. */
  async idOf(resource: Resource, request: IdRequest): Promise<number> {
    const text = request.params.id;
    const id = asId(text);
    if (id !== undefined) return id;
    if (!resource.keyed || !isKey(text)) throw notFound(`There is no ${resource.noun} '${text.slice(0, 100)}'.`);
    return this.keys.idOf(text, [request.query.project].flat().at(-1));
  }

  async list(resource: Resource, request: ListRequest, reply: FastifyReply, scope?: Scope): Promise<void> {
    const page = await this.lists.read(resource, request.query, scope);
    const [path = '', search = ''] = request.url.split('?', 2);
    sendJson(request, reply, listBody(path.endsWith('/') ? path : `${path}/`, search, page));
  }

  async detail(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const id = await this.idOf(resource, request);
    const object = await this.objects.read(resource, id);
    if (!object) throw notFound(`There is no ${resource.noun} ${id}.`);
    sendObject(resource, request, reply, object);
  }

  schema(resource: Resource, request: FastifyRequest, reply: FastifyReply): void {
    sendJson(request, reply, JSON.stringify(describeSchema(resource)));
  }

  async set(
    resource: Resource,
    request: FastifyRequest<{ Params: { ids: string } }>,
    reply: FastifyReply,
  ): Promise<void> {
    const asked = [...new Set(request.params.ids.split(';').filter(Boolean))];
    if (asked.length > 1000) throw invalid('set.too_many', 'A set has at most 1000 ids.');
    const ids = asked.map((text) => asId(text)).filter((id) => id !== undefined);
    const found = new Map(await this.objects.readMany(resource, ids));
    const missing = asked.filter((text) => !found.has(asId(text) ?? 0));
    const objects = asked.map((text) => found.get(asId(text) ?? 0)).filter((body) => body !== undefined);
    const tail = missing.length > 0 ? `,"not_found":${JSON.stringify(missing)}` : '';
    sendJson(request, reply, `{"objects":[${objects.join(',')}]${tail}}`);
  }

  async create(resource: Resource, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      const written = await this.writer.create(resource, request.body, writeOptions(request), tx);
      return objectAnswer(resource, 201, written, uriOf(resource, written.id));
    });
    sendAnswer(request, reply, answer);
  }

  async update(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const id = await this.idOf(resource, request);
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) =>
      objectAnswer(resource, 202, await this.writer.update(resource, id, request.body, writeOptions(request), tx)),
    );
    sendAnswer(request, reply, answer);
  }

  async replace(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const id = await this.idOf(resource, request);
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      const { created, ...written } = await this.writer.replace(resource, id, request.body, writeOptions(request), tx);
      return objectAnswer(resource, created ? 201 : 200, written, created ? uriOf(resource, id) : undefined);
    });
    sendAnswer(request, reply, answer);
  }

  async remove(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const id = await this.idOf(resource, request);
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      const gone = await this.writer.remove(resource, [id], writeOptions(request), tx);
      if (gone.length === 0) throw notFound(`There is no ${resource.noun} ${id}.`);
      return { status: 204, body: null };
    });
    sendAnswer(request, reply, answer);
  }

  async patchList(resource: Resource, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => ({
      status: 202,
      body: await this.listWriter.patch(resource, request.body, writeOptions(request), tx),
    }));
    sendAnswer(request, reply, answer);
  }

  async removeList(resource: Resource, request: ListRequest, reply: FastifyReply): Promise<void> {
    const { confirm, ...filters } = request.query;
    const filtered = Object.keys(filters).some((name) => !name.startsWith('_') && name !== 'format');
    if (!filtered && [confirm].flat().at(-1) !== 'all') {
      throw new DomainError(
        'invalid',
        'delete.unfiltered',
        `This would delete every ${resource.noun}. Add a filter, or ?confirm=all if that is what you want.`,
      );
    }
    const answer = await this.idempotency.run(keyedRequest(request), async (tx) => {
      await this.listWriter.remove(resource, filters, writeOptions(request), tx);
      return { status: 204, body: null };
    });
    sendAnswer(request, reply, answer);
  }
}
