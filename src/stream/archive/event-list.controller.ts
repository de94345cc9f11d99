// GET /api/v1/event/: the dialect's list of the log; with ?archived=1 what has left the database.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '../../platform/errors.js';
import { isDay } from '../../platform/time-text.js';
import { wholeNumberIn } from '../../platform/whole-number.js';
import { documentOperation } from '../../rest/http/operation-docs.js';
import { ListsRoom } from '../../rest/http/lists-room.js';
import { sendJson } from '../../rest/http/reply.js';
import { ResourceHandler } from '../../rest/http/resource-handler.js';
import { lastOf, type Query } from '../../rest/reading/list-query.js';
import { event } from '../event.resource.js';
import { StreamQuery } from '../stream-query.js';
import { ArchiveReader } from './archive-reader.js';
import { Needs, principalOf } from '../../platform/http/required-scope.js';

type ListRequest = FastifyRequest<{ Querystring: Query }>;

const documented: MethodDecorator = (target, _name, descriptor) =>
  documentOperation(event, 'list', target, descriptor as TypedPropertyDescriptor<unknown>);
const MOST = 1000;
const USUAL = 20;
/** What gathering a page from archives, however large they are, takes in memory: four times the page. */
const READING_BYTES = 16 * 1024 * 1024;

@Controller('api/v1/event')
export class EventListController {
  constructor(
    private readonly handler: ResourceHandler,
    private readonly queries: StreamQuery,
    private readonly archives: ArchiveReader,
    private readonly room: ListsRoom,
  ) {}

  @Get()
  @Needs('read', 'own')
  @documented
  @ApiQuery({
    name: 'archived',
    required: false,
    description:
      '1: what is older than retention and was archived, with the filters of `/stream`, `day`, `limit` and `after`; oldest first. Follow `meta.next` until it is null: a page may be shorter than `limit`, or empty, where much was looked through for it.',
    schema: { type: 'string', enum: ['0', '1'] },
  })
  @ApiQuery({
    name: 'day',
    required: false,
    description: 'With `archived`: one day, in UTC.',
    schema: { type: 'string', examples: ['2026-01-01'] },
  })
  async list(@Req() request: ListRequest, @Res() reply: FastifyReply): Promise<void> {
    const { archived, ...query } = request.query;
    const asked = lastOf(archived);
    if (asked === '1' || asked === 'true') return this.archived(query, request, reply);
    if (asked !== undefined && asked !== '0' && asked !== 'false')
      throw invalid('archive.bad_archived', 'archived must be 1 or 0.');
    if (asked !== undefined) request.query = query;
    return this.handler.list(event, request, reply);
  }

  private async archived(query: Query, request: ListRequest, reply: FastifyReply): Promise<void> {
    const { day, limit, after, format: _format, ...filters } = query;
    const size = numberIn('limit', lastOf(limit), USUAL);
    const share = await this.room.enter(request, reply, READING_BYTES);
    const page = await this.archives.page({
      day: dayIn(lastOf(day)),
      filter: await this.queries.filter(filters, principalOf(request).reach),
      after: numberIn('after', lastOf(after), 0),
      limit: size === 0 ? MOST : Math.min(size, MOST),
    });
    const next = page.last === undefined ? null : nextUrl(request.url, page.last);
    const meta = { limit: size === 0 ? MOST : size, next, offset: 0, previous: null, total_count: null };
    const body = `{"meta":${JSON.stringify(meta)},"objects":[${page.objects.join(',')}]}`;
    share.shrinkTo(body.length);
    sendJson(request, reply, body);
  }
}

function numberIn(name: string, text: string | undefined, usual: number): number {
  if (text === undefined || text === '') return usual;
  const number = wholeNumberIn(text);
  if (number !== undefined) return number;
  throw invalid('archive.bad_number', `${name} must be a whole number.`);
}

function dayIn(text: string | undefined): string | undefined {
  if (text === undefined || (isDay(text) && !text.startsWith('0'))) return text;
  throw invalid('archive.bad_day', 'day must be a date such as 2026-01-01.');
}

function nextUrl(url: string, after: number): string {
  const [path = '', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  query.set('after', String(after));
  return `${path.endsWith('/') ? path : `${path}/`}?${query.toString()}`;
}
