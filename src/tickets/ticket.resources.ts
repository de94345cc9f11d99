// ticket and the endpoints that show the same table otherwise: fullticket, opentickets, ticketstatus, updateticketstatus.
import { defineResource, type ResourceDeclaration } from '../rest/resource.js';
import { normalKey } from '../rest/resource-key.js';
import { COMPLETE, FAILED } from '../workflow/steps.js';
import { TicketStatusBody } from './status-fields.js';
import { TicketBody } from './ticket-fields.js';
import { TicketRow } from './ticket.row.js';
import { TicketRules } from './ticket-rules.js';
import { UpdateTicketStatus } from './update-ticket-status.js';

/** The first migration gives the project `default` this id. */
const DEFAULT_PROJECT_ID = 1;

type PlaceholderOf = (field: string) => string;

const projectSql = (of: PlaceholderOf): string => `COALESCE(${of('project')}, ${DEFAULT_PROJECT_ID})`;

/** The first `TKT-n` with n ≥ id that the project hasn't given away; one index probe where nobody chose it. */
function keySql(field: 'key' | 'normal_key'): (of: PlaceholderOf) => string {
  return (of) => {
    if (of(field) !== 'NULL') return of(field);
    const taken = (number: string): string =>
      `EXISTS (SELECT 1 FROM ticket k WHERE k.project_id = ${projectSql(of)} AND k.normal_key = 'TKT-' || ${number})`;
    return `'TKT-' || CASE WHEN NOT ${taken('n.id')} THEN n.id ELSE (SELECT s FROM generate_series(n.id + 1, n.id + 100000) s WHERE NOT ${taken('s')} LIMIT 1) END`;
  };
}

const belongsTo = { project: 't.project_id', ticket: 't.id', stage: 't.stage' };

const base: Pick<ResourceDeclaration, 'noun' | 'entity' | 'body' | 'keyed' | 'label' | 'detail' | 'belongsTo'> = {
  noun: 'ticket',
  entity: TicketRow,
  body: TicketBody,
  keyed: true,
  label: 't.key',
  detail: 't.title',
  belongsTo,
};

const FIRST_TICKET = {
  owner: 'owner@example.com',
  title: 'My first ticket',
  description: 'This is my first ticket. See what it can do',
  bug_id: '12345',
};

export const ticket = defineResource({
  ...base,
  name: 'ticket',
  scope: 'ticket:write',
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  versioned: true,
  derive: ({ key }) => (typeof key === 'string' ? { normal_key: normalKey(key) } : {}),
  computed: { project_id: projectSql, key: keySql('key'), normal_key: keySql('normal_key') },
  uniques: {
    ticket_normal_key_key: {
      field: 'key',
      message: 'The key … is in use in this project. Leave it out to get a free one.',
    },
  },
  rules: TicketRules,
  docs: {
    tag: 'Tickets',
    about:
      'A change on its way through the workflow. `current_workflow_step` and `status` move by the same rules as `updateticketstatus`.',
    example: FIRST_TICKET,
    filters: { current_workflow_step: '200', owner: 'owner@example.com', stage: 'qa', project__name: 'default' },
    documented: {
      create: { order: 20, summary: 'Create ticket', body: FIRST_TICKET },
      list: { order: 21, summary: 'List tickets' },
      detail: { order: 22, summary: 'Get ticket: model info' },
    },
  },
});

export const fullTicket = defineResource({
  ...base,
  name: 'fullticket',
  scope: 'read',
  verbs: ['GET'],
  view: {
    children: [
      {
        name: 'subtickets',
        resource: 'subticket',
        by: 'ticket',
        view: {
          omit: ['ticket'],
          whole: { source_package_upload: { whole: { sourcepackage: {} } }, merge_proposal: { whole: { branch: {} } } },
          children: [{ name: 'artifacts', resource: 'subticketartifact', by: 'subticket' }],
        },
      },
      { name: 'artifacts', resource: 'ticketartifact', by: 'ticket' },
    ],
  },
  docs: {
    tag: 'Tickets',
    about:
      'A ticket with everything that belongs to it: subtickets with their uploads and artifacts, and its own artifacts.',
    documented: { detail: { order: 70, summary: 'Get full ticket: all information about it' } },
  },
});

export const openTickets = defineResource({
  ...base,
  name: 'opentickets',
  scope: 'read',
  verbs: ['GET'],
  where: `t.current_workflow_step < ${FAILED} AND t.closed_at IS NULL`,
  docs: {
    tag: 'Tickets',
    filters: { owner: 'owner@example.com', stage: 'qa', project__name: 'default' },
    about: `Tickets that are neither at ${FAILED} nor at ${COMPLETE} nor closed. Failed ones that can be retried: \`ticketstatus/?current_workflow_step=${FAILED}\`.`,
    documented: { list: { order: 80, summary: 'Get open tickets' } },
  },
});

export const ticketStatus = defineResource({
  ...base,
  name: 'ticketstatus',
  scope: 'read',
  verbs: ['GET'],
  view: { only: ['owner', 'title', 'current_workflow_step', 'status'] },
  docs: {
    tag: 'Tickets',
    about: 'Where each ticket is, in few fields: for dashboards.',
    documented: {
      list: { order: 90, summary: 'Get ticket status, of all or of one step', query: { current_workflow_step: '100' } },
    },
  },
});

export const updateTicketStatus = defineResource({
  ...base,
  name: 'updateticketstatus',
  scope: 'status:write',
  body: TicketStatusBody,
  verbs: ['PATCH'],
  without: ['patchList'],
  versioned: true,
  oneOf: ['current_workflow_step', 'status'],
  rules: UpdateTicketStatus,
  docs: {
    tag: 'Tickets',
    about: 'Moves a ticket through the workflow. With a failure, give the reason: it is stored with the ticket.',
    documented: {
      update: {
        order: 100,
        summary: 'Update ticket status, or mark the ticket complete',
        body: { current_workflow_step: '1000', status: '1000' },
      },
    },
  },
});
