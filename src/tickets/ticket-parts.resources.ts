// ticketlink, ticketperson, ticketcomponent: what people attach to a ticket.
import { Choice, HttpUrl, Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource, type ResourceDeclaration } from '../rest/resource.js';
import { TicketComponentRow, TicketLinkRow, TicketPersonRow } from './ticket-parts.rows.js';

const TICKET = { help: 'The ticket that it belongs to.', example: '/api/v1/ticket/1/', required: true } as const;

class TicketLinkBody {
  @Reference('ticket', TICKET)
  ticket: number;

  @Choice(['bug', 'blueprint', 'design', 'other'], { help: 'The kind of the target.', example: 'bug', required: true })
  kind: string;

  @HttpUrl({ help: 'The URL of the target.', example: 'https://bugs.launchpad.net/bugs/1', required: true })
  url: string;

  @Text({ help: 'Its display name.', example: 'The bug', max: 4096, initial: '' })
  title: string;
}

class TicketPersonBody {
  @Reference('ticket', TICKET)
  ticket: number;

  @Reference('person', { help: 'Who it is.', example: '/api/v1/person/1/', required: true })
  person: number;

  @Choice(['owner', 'worker', 'reviewer', 'driver'], { help: 'The role.', example: 'reviewer', required: true })
  role: string;
}

class TicketComponentBody {
  @Reference('ticket', TICKET)
  ticket: number;

  @Choice(['package', 'ppa', 'branch', 'infrastructure'], { help: 'What it is.', example: 'ppa', required: true })
  kind: string;

  @Text({ help: 'Its display name.', example: 'ppa:alice/fix', max: 4096, required: true })
  name: string;

  @Text({ help: 'Where it is.', example: 'https://launchpad.net/~alice/+archive/fix', max: 4096, initial: '' })
  reference: string;
}

const base: Pick<ResourceDeclaration, 'verbs' | 'belongsTo'> = {
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  belongsTo: { project: '(SELECT k.project_id FROM ticket k WHERE k.id = t.ticket_id)', ticket: 't.ticket_id' },
};

export const ticketLink = defineResource({
  ...base,
  name: 'ticketlink',
  scope: 'ticket:write',
  noun: 'ticket link',
  entity: TicketLinkRow,
  body: TicketLinkBody,
  label: "t.kind || ' ' || t.url",
  link: 't.url',
  docs: {
    tag: 'Tickets',
    about: 'A bug, a blueprint, a design or anything else that a ticket refers to.',
    example: { ticket: '/api/v1/ticket/1/', kind: 'bug', url: 'https://bugs.launchpad.net/bugs/1', title: 'The bug' },
    filters: { ticket: '1', kind: 'bug' },
  },
});

export const ticketPerson = defineResource({
  ...base,
  name: 'ticketperson',
  scope: 'ticket:write',
  noun: 'ticket person',
  entity: TicketPersonRow,
  body: TicketPersonBody,
  label: "t.role || ' ' || (SELECT p.name FROM person p WHERE p.id = t.person_id)",
  uniques: {
    ticketperson_ticket_id_person_id_role_key: {
      field: 'person',
      message: 'Person … already has this role in the ticket.',
    },
  },
  docs: {
    tag: 'Tickets',
    about: 'A person who owns, works on, reviews or drives a ticket.',
    example: { ticket: '/api/v1/ticket/1/', person: '/api/v1/person/1/', role: 'reviewer' },
    filters: { ticket: '1', person__email: 'user@example.com' },
  },
});

export const ticketComponent = defineResource({
  ...base,
  name: 'ticketcomponent',
  scope: 'ticket:write',
  noun: 'ticket component',
  entity: TicketComponentRow,
  body: TicketComponentBody,
  label: "t.kind || ' ' || t.name",
  docs: {
    tag: 'Tickets',
    about: 'A package, PPA, branch or piece of infrastructure that a ticket involves.',
    example: { ticket: '/api/v1/ticket/1/', kind: 'ppa', name: 'ppa:alice/fix' },
    filters: { ticket: '1', kind: 'ppa' },
  },
});
