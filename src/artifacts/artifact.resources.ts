// ticketartifact and subticketartifact: two endpoints on one table and one id space.
import { Choice, HttpUrl, Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { ArtifactRow } from './artifact.row.js';

const NAME = { help: 'Its display name.', example: 'my_artifact', max: 4096, required: true } as const;
const REFERENCE = {
  help: 'Where it is: an http or https URL.',
  example: 'http://path.to/artifact/',
  required: true,
} as const;

class TicketArtifactBody {
  @Text(NAME)
  name: string;

  @Reference('ticket', { help: 'The ticket that it belongs to.', example: '/api/v1/ticket/1/', required: true })
  ticket: number;

  @HttpUrl(REFERENCE)
  reference: string;

  @Choice(['RESULTS', 'LOGS', 'IMAGE'], { help: 'What it is.', example: 'IMAGE', required: true })
  type: string;
}

class SubticketArtifactBody {
  @Text(NAME)
  name: string;

  @Reference('subticket', {
    help: 'The subticket that it belongs to.',
    example: '/api/v1/subticket/1/',
    required: true,
  })
  subticket: number;

  @HttpUrl(REFERENCE)
  reference: string;

  @Choice(['SPU', 'RESULTS', 'LOGS'], { help: 'What it is.', example: 'SPU', required: true })
  type: string;
}

const base = {
  noun: 'artifact',
  entity: ArtifactRow,
  label: "t.type || ' ' || t.name",
  link: 't.reference',
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
} as const;

export const ticketArtifact = defineResource({
  ...base,
  name: 'ticketartifact',
  scope: 'artifact:write',
  body: TicketArtifactBody,
  where: 't.ticket_id IS NOT NULL',
  belongsTo: { project: '(SELECT k.project_id FROM ticket k WHERE k.id = t.ticket_id)', ticket: 't.ticket_id' },
  docs: {
    tag: 'Artifacts',
    about: 'A file, log, image or result of a ticket. Types: RESULTS, LOGS, IMAGE.',
    example: { name: 'my_artifact', ticket: '/api/v1/ticket/1/', reference: 'http://path.to/artifact/', type: 'IMAGE' },
    filters: { ticket: '1', type: 'LOGS' },
    documented: {
      create: {
        order: 65,
        summary: 'Create artifact of a ticket',
        body: {
          name: 'my_artifact',
          ticket: '/api/v1/ticket/1/',
          reference: 'http://path.to/artifact/',
          type: 'IMAGE',
        },
      },
    },
  },
});

export const subticketArtifact = defineResource({
  ...base,
  name: 'subticketartifact',
  scope: 'artifact:write',
  body: SubticketArtifactBody,
  where: 't.subticket_id IS NOT NULL',
  belongsTo: {
    project: '(SELECT k.project_id FROM subticket s JOIN ticket k ON k.id = s.ticket_id WHERE s.id = t.subticket_id)',
    ticket: '(SELECT s.ticket_id FROM subticket s WHERE s.id = t.subticket_id)',
    subticket: 't.subticket_id',
  },
  docs: {
    tag: 'Artifacts',
    about: 'A file, log or result of a subticket. Types: SPU, RESULTS, LOGS.',
    example: {
      name: 'my_artifact',
      subticket: '/api/v1/subticket/1/',
      reference: 'http://path.to/artifact/',
      type: 'SPU',
    },
    filters: { subticket: '1', type: 'LOGS' },
    documented: {
      create: {
        order: 50,
        summary: 'Create artifact of a subticket',
        body: {
          name: 'my_artifact',
          subticket: '/api/v1/subticket/1/',
          reference: 'http://path.to/artifact/',
          type: 'SPU',
        },
      },
    },
  },
});
