// GET /api/v1/ticket/<id>/diff|sources|revision/; GET /api/v1/release/ and /<number>/.
import { ApiQuery } from '@nestjs/swagger';
import { invalid, notFound } from '../../platform/errors.js';
import { quoted } from '../../platform/redact.js';
import { type NamedProject, NamedProjects } from '../../projects/stages/named-stage.js';
import { pathParameter } from '../../rest/http/documented.js';
import { definePlace, listOperation, readOperation } from '../../rest/operations/operation.js';
import { nowhere } from '../../rest/operations/places.js';
import { lastOf } from '../../rest/reading/list-query.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { mapRevision } from './map-revision.resource.js';
import { MOST_CHANGED, ReadSources } from './read-sources.js';
import { ReadStages } from './read-stages.js';
import { release } from './release.resource.js';
import { SOURCES } from './sources-schema.js';
import { DIFF, RELEASE } from './stage-schemas.js';

const text = (name: string, description: string): MethodDecorator =>
  ApiQuery({ name, required: false, description, schema: { type: 'string' } });

export const diffTicket = readOperation({
  name: 'diff_ticket',
  route: 'GET ticket/:id/diff',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  summary: 'What a ticket changes in the import map',
  description: 'Between two sides: stages by name, releases as `release:7`. By default from production to the ticket.',
  query: [
    text('from', 'A stage, or `release:7`; production by default.'),
    text('to', 'A stage, or `release:7`; the stage of the ticket by default.'),
  ],
  reply: { description: 'The differences.', schema: DIFF },
  use: ReadStages,
  read: (stages, { at: id, query, context }) =>
    stages.diff(id, { from: lastOf(query.from), to: lastOf(query.to) }, context.base),
});

export const ticketSources = readOperation({
  name: 'ticket_sources',
  route: 'GET ticket/:id/sources',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  summary: 'Which versions of the sources production and a ticket have',
  description:
    'By path, as git\'s ids: what `stamp update` compares with a clone\'s history before it says which files are changes of the ticket. See docs/CLI.md, "What a ticket changes".',
  query: [
    text('under', 'Only paths with this prefix: `src/`.'),
    ApiQuery({
      name: 'changed',
      required: false,
      description: 'Paths to report the last change in production for, at most 20: `changed=a.js&changed=b.js`.',
      schema: { type: 'array', maxItems: 20, items: { type: 'string' } },
    }),
  ],
  reply: { description: 'The versions.', schema: SOURCES },
  failures: [400, 404],
  use: ReadSources,
  read: (sources, { at: id, query }) => {
    const changed = [query.changed ?? []].flat();
    if (changed.length > MOST_CHANGED)
      throw invalid('sources.too_many', `Give at most ${MOST_CHANGED} paths in 'changed'.`);
    return sources.of(id, { under: lastOf(query.under) ?? '', changed });
  },
});

interface OnRelease {
  readonly project: NamedProject;
  readonly number: number;
}

const ON_RELEASE = definePlace<OnRelease, NamedProjects>({
  about: '?project',
  documented: [
    pathParameter('number', 'Its number within the project.', '0'),
    text('project', 'The project by name or id; `default` if left out.'),
  ],
  by: NamedProjects,
  find: async (projects, { params: { number = '' }, query }) => {
    if (!/^\d{1,9}$/.test(number))
      throw notFound(`There is no release '${quoted(number, 100)}': a release is named by its number.`);
    return { project: await projects.of(query), number: Number(number) };
  },
});

export const detailRelease = readOperation({
  name: 'detail_release',
  route: 'GET release/:number',
  at: ON_RELEASE,
  needs: 'read',
  tag: 'Stages',
  summary: 'Get a release',
  description: 'With the tickets and commits that are in it.',
  reply: { description: 'The release.', schema: RELEASE },
  failures: [400, 404],
  use: ReadStages,
  read: (stages, { at: { project, number } }) => stages.releaseDetail(project, number),
});

export const listRevisions = listOperation({
  name: 'list_ticket_revision',
  route: 'GET ticket/:id/revision',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  summary: "List the revisions of a ticket's modules",
  description: 'Oldest first, with the source of each.',
  page: 'A page of revisions.',
  list: mapRevision,
  use: ReadStages,
  below: (_stages, { at: id }) => ({ column: 't.ticket_id', value: id }),
});

export const listReleases = listOperation({
  name: 'list_release',
  route: 'GET release',
  at: nowhere('own'),
  needs: 'read',
  tag: 'Stages',
  summary: 'List releases',
  description:
    'Of all projects, unless you filter: `?project__name=default`, `?ticket=TKT-7`. One is read by its number.',
  page: 'A page of releases.',
  list: release,
  failures: [400, 409],
  use: ReadStages,
});
