// GET /api/v1/module/.
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { invalid, notFound } from '../platform/errors.js';
import { failures, jsonReply } from '../rest/http/documented.js';
import { LIST_PARAMETERS } from '../rest/http/openapi-texts.js';
import type { ListRequest } from '../rest/http/resource-handler.js';
import { KeyReader } from '../rest/reading/key-reader.js';
import { lastOf, parsePage, type Query } from '../rest/reading/list-query.js';
import { isKey } from '../rest/resource-key.js';
import { asId } from '../rest/writing/reference.js';
import { addressOf } from '../import-maps/domain/import-map.js';
import { NamedProjects } from '../projects/stages/named-stage.js';
import { type ListedModule, ModuleList } from './module-list.js';
import { sendPage } from '../rest/http/send-page.js';
import { Needs } from '../platform/http/required-scope.js';
import { originOf } from '../platform/http/own-origin.js';
import { quoted } from '../platform/redact.js';
import { text } from '../rest/operations/schema-words.js';

const FILTERS = ['project', 'ticket', 'specifier', 'specifier__startswith'];
const KNOWN = [...FILTERS, 'limit', 'offset', 'format'];

const nullable = (description: string): object => ({ type: ['string', 'null'], description });

const LIST = {
  type: 'object',
  description: 'A page.',
  properties: {
    meta: { type: 'object', description: 'Paging.' },
    objects: {
      type: 'array',
      description: 'Modules.',
      items: {
        type: 'object',
        description: 'A module.',
        properties: {
          specifier: text('The specifier that it is imported by.'),
          scope: nullable('Its scope.'),
          project: text('The project.'),
          url: nullable('Its URL in production; null if production does not have it.'),
          integrity: nullable('The digest that browsers check.'),
          tickets: {
            type: 'array',
            description: 'Open tickets that change it.',
            items: {
              type: 'object',
              description: 'A change.',
              properties: {
                ticket: text('The key of the ticket.'),
                stage: text('The stage that it is at.'),
                url: nullable('Its URL in the ticket; null if the ticket deletes it.'),
                integrity: nullable('The digest that browsers check.'),
              },
            },
          },
        },
      },
    },
  },
};

@ApiTags('Modules')
@Controller('api/v1/module')
export class ModuleController {
  constructor(
    private readonly modules: ModuleList,
    private readonly projects: NamedProjects,
    private readonly keys: KeyReader,
  ) {}

  @Get()
  @Needs('read', '?project')
  @ApiOperation({
    operationId: 'list_module',
    summary: 'List the modules of a project',
    description: 'What production has and what open tickets change, by scope and specifier.',
  })
  @ApiQuery({
    name: 'project',
    required: false,
    description: 'Name or id; `default` if left out.',
    schema: { type: 'string' },
  })
  @ApiQuery({
    name: 'ticket',
    required: false,
    description: 'An open ticket, by id or key: only what it changes.',
    schema: { type: 'string' },
  })
  @ApiQuery({ name: 'specifier', required: false, description: 'Only this specifier.', schema: { type: 'string' } })
  @ApiQuery({
    name: 'specifier__startswith',
    required: false,
    description: 'Specifiers with this prefix.',
    schema: { type: 'string' },
  })
  @ApiQuery(LIST_PARAMETERS[0] as never)
  @ApiQuery(LIST_PARAMETERS[1] as never)
  @jsonReply(200, 'A page.', LIST)
  @failures(400, 404, 409)
  async list(@Req() request: ListRequest, @Res() reply: FastifyReply): Promise<void> {
    const { query } = request;
    const unknown = Object.keys(query).find((name) => !KNOWN.includes(name));
    if (unknown !== undefined)
      throw invalid('filter.unknown_field', `Unknown filter '${quoted(unknown, 100)}'. Known: ${FILTERS.join(', ')}.`);
    const page = parsePage(query);
    const project = await this.projects.of(query);
    const filter = {
      ticket: await this.ticketOf(query, project.name),
      specifier: lastOf(query.specifier),
      prefix: lastOf(query.specifier__startswith),
    };
    const { modules, total } = await this.modules.page(project.id, filter, page);
    const modulesUrl = project.modulesUrl ?? originOf(request);
    sendPage(
      request,
      reply,
      page,
      modules.map((one) => viewOf(one, project.name, modulesUrl)),
      total,
    );
  }

  private async ticketOf(query: Query, project: string): Promise<number | undefined> {
    const given = lastOf(query.ticket);
    if (given === undefined) return undefined;
    const id = asId(given) ?? (isKey(given) ? await this.keys.find(given, project) : undefined);
    if (id === undefined) throw notFound(`There is no ticket '${quoted(given, 100)}'.`);
    return id;
  }
}

function viewOf({ specifier, scope, production, tickets }: ListedModule, project: string, modulesUrl: string): object {
  return {
    specifier,
    scope: scope === null ? null : addressOf(scope, modulesUrl),
    project,
    url: production && addressOf(production.url, modulesUrl),
    integrity: production?.integrity ?? null,
    tickets: tickets.map((one) => ({ ...one, url: one.url && addressOf(one.url, modulesUrl) })),
  };
}
