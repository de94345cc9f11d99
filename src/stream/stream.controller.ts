// GET /stream: the log as Server-Sent Events, live and from where the reader left off; for a browser that asks for HTML, a
// page.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query } from '../rest/reading/list-query.js';
import { failures } from '../rest/http/documented.js';
import { EventFeed } from './event-feed.js';
import { StreamLimits } from './limits.js';
import { StreamPage } from './page/stream-page.js';
import { Replay } from './replay.js';
import { positionMessage, Subscriber } from './subscriber.js';
import { Subscribers } from './subscribers.js';
import { parseStart, type Start, StreamQuery } from './stream-query.js';
import { Needs, principalOf } from '../platform/http/required-scope.js';

type StreamRequest = FastifyRequest<{ Querystring: Query }>;

/** Where a reader begins, and what it is told first. */
interface Place {
  readonly position: number;
  readonly resync?: string;
}

/** The end of the connection is the end of the body: chunks would be framed anew for each reader. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  vary: 'Accept',
  connection: 'close',
};

const ABOUT = `Server-Sent Events: one message for each event, \`id:\` its number, \`data:\` the event as \`/api/v1/event/\` shows it, without \`data\`. All are plain messages (\`EventSource.onmessage\`); the \`type\` is in the data.

A reader that reconnects with \`Last-Event-ID\` gets each event that it missed once, in order, and then what is live. One whose id is no longer stored gets a message of the kind \`resync\` first, which names the oldest stored number, and then everything from there on. A comment is sent after 15 s without other data. The \`id:\` of a message of the kind \`position\` says up to where nothing is missing; it is sent at the beginning and after events that the filters leave out. Readers that are too slow are disconnected, and can reconnect where they were.`;

/** Values that can be several: with commas, or the parameter repeated. */
const filter = (name: string, description: string, example: string): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string', examples: [example] } });

@ApiTags('The stream')
@Controller('stream')
export class StreamController {
  constructor(
    private readonly feed: EventFeed,
    private readonly replay: Replay,
    private readonly subscribers: Subscribers,
    private readonly limits: StreamLimits,
    private readonly queries: StreamQuery,
    private readonly page: StreamPage,
  ) {}

  @Get()
  @Needs('read', 'own', { lasts: true })
  @ApiOperation({ operationId: 'stream', summary: 'Follow what happens', description: ABOUT })
  @filter('project', 'Of these projects, by name or id.', 'default')
  @filter('ticket', 'Of these tickets, by key or id.', 'TKT-1')
  @filter('severity', 'Of these severities: info, warn, error.', 'warn,error')
  @filter('type', 'Of these types; `*` at the end stands for anything.', 'ticket.*')
  @filter('stage', 'At these stages.', 'prod')
  @filter(
    'detail',
    'Details, too: what is a part of something larger that has its own line, such as each link of a new ticket.',
    '1',
  )
  @filter('last_event_id', 'The last event that you have, where the header can’t be set; or `earliest`.', '41')
  @filter('earliest', 'From the oldest event that is kept.', '1')
  @filter('since', 'From this time on.', '2026-01-01T12:00:00Z')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The last event that you have. Browsers send it when they come back.',
    schema: { type: 'string', pattern: '^([0-9]{1,16}|earliest)$' },
  })
  @ApiResponse({
    status: 200,
    description: 'The stream. It ends when the server shuts down; reconnect after `retry:`.',
    content: { 'text/event-stream': { schema: { type: 'string' } }, 'text/html': { schema: { type: 'string' } } },
  })
  @failures(400, 404, 409)
  async stream(@Req() request: StreamRequest, @Res() reply: FastifyReply): Promise<void> {
    if (String(request.headers.accept ?? '').includes('text/html')) {
      void reply.header('vary', 'Accept');
      return this.page.send(reply);
    }
    const wanted = await this.queries.filter(request.query, principalOf(request).reach);
    const start = parseStart(request.query, request.headers['last-event-id']?.toString());
    this.subscribers.requireRoom();
    await this.queries.admit(wanted, principalOf(request).name, reply.raw);
    const place = await this.placeOf(start);
    const { raw } = reply.hijack();
    raw.removeHeader('transfer-encoding');
    raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
    if (request.method === 'HEAD') return void raw.end();
    raw.flushHeaders();
    const reader = new Subscriber(raw, wanted, place.position, this.limits);
    // The id that it has from now on: who is cut off before the first event misses nothing either.
    const first = place.resync ?? ('after' in start ? `id: ${place.position}\n\n` : positionMessage(place.position));
    reader.send(`retry: ${this.limits.retryMs}\n${first}`, place.position);
    // A browser that were refused would never come back; one that is ended does, to another process.
    if (this.subscribers.isLeaving) reader.end(this.limits.retryMs);
    else this.subscribers.add(reader);
  }

  private async placeOf(start: Start): Promise<Place> {
    if ('after' in start) return this.placeAfter(start.after);
    const { last } = this.feed;
    if ('from' in start && start.from === 'now') return { position: last ?? (await this.replay.head()).last };
    const head = await this.replay.head();
    if ('from' in start) return { position: head.oldest - 1 };
    const before = await this.replay.before(start.since);
    if (before === undefined) return { position: head.last };
    return { position: Math.max(before, head.oldest - 1) };
  }

  /** What memory reaches back to needs no look at the database: after a restart, all readers come back together. */
  private async placeAfter(id: number): Promise<Place> {
    const { last } = this.feed;
    if (last !== undefined && id <= last && this.feed.after(id, 0)) return { position: id };
    const head = await this.replay.head();
    const position = head.oldest - 1;
    if (id >= position && id <= head.last) return { position: id };
    // Older than what is kept; or of a log that this one is not, such as that of a database restored from a backup.
    const data = JSON.stringify({ oldest: head.oldest, last_event_id: id });
    return { position, resync: `id: ${position}\nevent: resync\ndata: ${data}\n\n` };
  }
}
