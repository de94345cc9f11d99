// Answers lists and sets. A page up to a megabyte is one text with an ETag. A larger one is sent in pieces, each read when the
// client has taken the one before it, so that neither memory nor a connection waits for a client. A page is never shorter than
// was asked for: what is deleted while it is being sent is made up for by what comes next.
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Reach } from '../../platform/principal.js';
import { outsideHeap } from '../../platform/http/json-reply.js';
import { principalOf } from '../../platform/http/required-scope.js';
import type { Query } from '../reading/list-query.js';
import { ListReader } from '../reading/list-reader.js';
import type { Scope } from '../reading/pieces.js';
import { ObjectReader } from '../reading/object-reader.js';
import { memoryOf, PAGE_BYTES, PIECE_BYTES, PieceReader, type Rest } from '../reading/pieces.js';
import type { Resource } from '../resource.js';
import { listHead } from './list-reply.js';
import { ListsRoom } from './lists-room.js';
import { sendJson, sendPieces } from './reply.js';

/** How often a page is looked at again for what makes up for deleted objects, which may be deleted, too. */
const MOST_REFILLS = 5;

/** What a reply needs of a page: its text before, within and after its objects. */
interface Parts {
  readonly head: string;
  readonly objects: string;
  readonly rest: Rest | undefined;
  readonly pieces: (rest: Rest) => AsyncIterable<string | Buffer>;
  readonly tail: () => string;
}

@Injectable()
export class PageReplies {
  constructor(
    private readonly lists: ListReader,
    private readonly objects: ObjectReader,
    private readonly pieces: PieceReader,
    private readonly room: ListsRoom,
  ) {}

  async list(
    resource: Resource,
    query: Query,
    request: FastifyRequest,
    reply: FastifyReply,
    scope?: Scope,
  ): Promise<void> {
    const { reach } = principalOf(request);
    await this.answer(request, reply, async () => {
      const page = await this.lists.read(resource, query, scope, reach);
      const [path = '', ...search] = request.url.split('?');
      return {
        head: listHead(path.endsWith('/') ? path : `${path}/`, search.join('?'), page),
        objects: page.objects,
        rest: page.rest,
        pieces: (rest) => this.restOfList({ resource, query, scope, reach }, rest),
        tail: () => ']}',
      };
    });
  }

  /** @param asked the texts that were asked for, with their ids; 0 where there is none */
  async set(
    resource: Resource,
    asked: readonly (readonly [string, number])[],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { reach } = principalOf(request);
    await this.answer(request, reply, async () => {
      const { found, objects, rest } = await this.objects.readSet(resource, [...new Set(asked.map(([, id]) => id))]);
      return {
        head: '{"objects":[',
        objects,
        rest,
        pieces: (left) => this.pieces.read(resource, left, { reach }, (id) => found.delete(id)),
        tail: () => {
          const missing = asked.filter(([, id]) => !found.has(id)).map(([text]) => text);
          return `]${missing.length > 0 ? `,"not_found":${JSON.stringify(missing)}` : ''}}`;
        },
      };
    });
  }

  /** Waits until there is room for one object where it is as large as a page. */
  async makeRoom(request: FastifyRequest, reply: FastifyReply, bytes: number): Promise<void> {
    if (bytes > PAGE_BYTES) await this.room.enter(request, reply, bytes);
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, read: () => Promise<Parts>): Promise<void> {
    const share = await this.room.enter(request, reply, PAGE_BYTES + PIECE_BYTES);
    const { head, objects, rest, pieces, tail } = await read();
    if (rest) {
      await share.growTo(memoryOf(rest));
      const begun = outsideHeap(head + objects);
      sendPieces(request, reply, Readable.from(inPieces(begun, objects !== '', pieces(rest), tail)));
      return;
    }
    const body = `${head}${objects}${tail()}`;
    share.shrinkTo(body.length);
    sendJson(request, reply, body);
  }

  private async *restOfList(
    { resource, query, scope, reach }: { resource: Resource; query: Query; scope: Scope | undefined; reach: Reach },
    rest: Rest,
  ): AsyncGenerator<string | Buffer> {
    const seen = new Set(rest.ids);
    let missing = 0;
    const gone = (): void => void (missing += 1);
    yield* this.pieces.read(resource, rest, { scope, reach }, gone);
    for (let refill = 0; missing > 0 && refill < MOST_REFILLS; refill++) {
      const now = await this.lists.idsNow(resource, query, scope, reach);
      const next = now.slice(now.findLastIndex((id) => seen.has(id)) + 1).slice(0, missing);
      if (next.length === 0) return;
      for (const id of next) seen.add(id);
      missing -= next.length;
      yield* this.pieces.read(resource, { ids: next, sizes: [], begun: 0 }, { scope, reach }, gone);
    }
  }
}

/** Nothing here may hold on to a text: it would be in the heap for as long as the client reads. */
async function* inPieces(
  begun: string | Buffer,
  hasObjects: boolean,
  pieces: AsyncIterable<string | Buffer>,
  tail: () => string,
): AsyncGenerator<string | Buffer> {
  yield begun;
  let comma = hasObjects;
  for await (const piece of pieces) {
    if (comma) yield ',';
    yield piece;
    comma = true;
  }
  yield tail();
}
