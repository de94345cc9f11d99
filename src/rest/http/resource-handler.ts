// What each operation of a resource does with a request: read the URL and body, ask the reader or the writer, answer.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tx } from '../../platform/database/db.js';
import { invalid, notFound } from '../../platform/errors.js';
import { KeyReader, MOST_NAMED } from '../reading/key-reader.js';
import { isFilter } from '../reading/filters.js';
import { lastOf, type Query } from '../reading/list-query.js';
import type { Scope } from '../reading/pieces.js';
import { ObjectReader } from '../reading/object-reader.js';
import { isKey } from '../resource-key.js';
import { type Resource, uriOf } from '../resource.js';
import { Idempotency, type WriteAnswer } from '../writing/idempotency.js';
import { ListRemover } from '../writing/list-remover.js';
import { ListWriter } from '../writing/list-writer.js';
import { asId } from '../writing/reference.js';
import { ResourceRemover } from '../writing/resource-remover.js';
import { ResourceWriter } from '../writing/resource-writer.js';
import { PageReplies } from './page-replies.js';
import {
  keyedRequest,
  listWriteOptions,
  objectAnswer,
  sendAnswer,
  sendJson,
  sendObject,
  writeOptions,
} from './reply.js';
import { describeSchema } from './schema-reply.js';
import { quoted } from '../../platform/redact.js';

export type IdRequest = FastifyRequest<{ Params: { id: string }; Querystring: Query }>;
export type ListRequest = FastifyRequest<{ Querystring: Query }>;

@Injectable()
export class ResourceHandler {
  constructor(
    private readonly pages: PageReplies,
    private readonly objects: ObjectReader,
    private readonly writer: ResourceWriter,
    private readonly remover: ResourceRemover,
    private readonly listWriter: ListWriter,
    private readonly idempotency: Idempotency,
    private readonly keys: KeyReader,
    private readonly listRemover: ListRemover,
  ) {}

  /** The id that a URL names by number or, where there are keys, by key. */
  async idOf(resource: Resource, request: IdRequest, tx?: Tx): Promise<number> {
    const text = request.params.id;
    const id = await this.idNamed(resource, text, lastOf(request.query.project), tx);
    if (id === undefined) throw notFound(`There is no ${resource.noun} '${quoted(text, 100)}'.`);
    return id;
  }

  private async idNamed(resource: Resource, text: string, project?: string, tx?: Tx): Promise<number | undefined> {
    return asId(text) ?? (resource.keyed && isKey(text) ? this.keys.find(text, project, tx) : undefined);
  }

  async list(resource: Resource, request: ListRequest, reply: FastifyReply, scope?: Scope): Promise<void> {
    // Of a list below a ticket, ?project= has said already which ticket its key means.
    const { project: _project, ...filters } = request.query;
    await this.pages.list(resource, scope ? filters : request.query, request, reply, scope);
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
    request: FastifyRequest<{ Params: { ids: string }; Querystring: Query }>,
    reply: FastifyReply,
  ): Promise<void> {
    const asked = [...new Set(request.params.ids.split(';').filter(Boolean))];
    if (asked.length > MOST_NAMED)
      throw invalid('set.too_many', `A set may have at most ${MOST_NAMED} ids. Request the others in another set.`);
    const project = lastOf(request.query.project);
    const keys = resource.keyed ? asked.filter(isKey) : [];
    const known = await this.keys.findMany(keys, project);
    const idOf = (text: string): number => asId(text) ?? (resource.keyed ? known.idOf(text) : undefined) ?? 0;
    await this.pages.set(
      resource,
      asked.map((text) => [text, idOf(text)] as const),
      request,
      reply,
    );
  }

  create(resource: Resource, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const options = writeOptions(request);
    return this.answer(request, reply, async (tx) => {
      const written = await this.writer.create(resource, request.body, options, tx);
      return objectAnswer(resource, 201, written, uriOf(resource, written.id));
    });
  }

  update(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const options = writeOptions(request);
    return this.answer(request, reply, async (tx) => {
      const id = await this.idOf(resource, request, tx);
      return objectAnswer(resource, 202, await this.writer.update(resource, id, request.body, options, tx));
    });
  }

  replace(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const options = writeOptions(request);
    return this.answer(request, reply, async (tx) => {
      const id = await this.idOf(resource, request, tx);
      const { created, ...written } = await this.writer.replace(resource, id, request.body, options, tx);
      return objectAnswer(resource, created ? 201 : 200, written, created ? uriOf(resource, id) : undefined);
    });
  }

  remove(resource: Resource, request: IdRequest, reply: FastifyReply): Promise<void> {
    const options = writeOptions(request);
    return this.answer(request, reply, async (tx) => {
      const id = await this.idOf(resource, request, tx);
      const gone = await this.remover.remove(resource, [id], options, tx);
      if (gone.length === 0) throw notFound(`There is no ${resource.noun} ${id}.`);
      return { status: 204, body: null };
    });
  }

  patchList(resource: Resource, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const options = listWriteOptions(request);
    return this.answer(request, reply, async (tx) => {
      return { status: 202, body: await this.listWriter.patch(resource, request.body, options, tx) };
    });
  }

  async removeList(resource: Resource, request: ListRequest, reply: FastifyReply): Promise<void> {
    const options = listWriteOptions(request);
    const { confirm, ...query } = request.query;
    refuseVagueDelete(resource, query, lastOf(confirm) === 'all');
    const list = await this.listRemover.plan(resource, query, options);
    return this.answer(request, reply, async (tx) => {
      await this.listRemover.remove(resource, list, options, tx);
      return { status: 204, body: null };
    });
  }

  /** Does the write, once for its Idempotency-Key if it has one, and answers. */
  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    write: (tx: Tx | undefined) => Promise<WriteAnswer>,
  ): Promise<void> {
    sendAnswer(request, reply, await this.idempotency.run(keyedRequest(request), write));
  }
}

/** A DELETE that names no filter would delete everything; one that names a page would delete more than the page. */
function refuseVagueDelete(resource: Resource, query: Query, confirmed: boolean): void {
  const paging = ['limit', 'offset', 'after'].find((name) => query[name] !== undefined);
  if (paging)
    throw invalid(
      'delete.paged',
      `A DELETE of a list has no pages: leave out ${paging}. It deletes everything that the filters find.`,
    );
  if (confirmed || Object.keys(query).some(isFilter)) return;
  throw invalid(
    'delete.unfiltered',
    `This would delete every ${resource.noun}. Add a filter, or add ?confirm=all to delete them all.`,
  );
}
