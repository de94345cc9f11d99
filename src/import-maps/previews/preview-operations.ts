// GET and POST /api/v1/ticket/<id>/preview/: the links that show a ticket before it is released, and a new key for them.
import { versionTag } from '../../rest/http/entity-tag.js';
import { NO_BODY } from '../../rest/operations/operation-body.js';
import { readOperation, writeOperation } from '../../rest/operations/operation.js';
import { resourceNamed, type Row, uriOf } from '../../rest/resource.js';
import { ON_TICKET } from '../../tickets/on-ticket.js';
import { PREVIEW } from '../stages/preview-schema.js';
import { ReadStages } from '../stages/read-stages.js';
import { mapLinks, pageLinks, shownTo } from '../stages/stage-view.js';
import type { DeltaTicket } from '../store/ticket-deltas.js';
import { RenewPreviewKey } from './renew-preview-key.js';

export const previewTicket = readOperation({
  name: 'preview_ticket',
  route: 'GET ticket/:id/preview',
  at: ON_TICKET,
  needs: 'read',
  tag: 'Stages',
  summary: "Get the links to a ticket's preview",
  description:
    'If reading requires a token, a link shows the ticket only with its preview key; a person who may read the ticket shares it with the link.',
  reply: { description: 'The links.', schema: PREVIEW },
  use: ReadStages,
  read: async (stages, { at: id, context }) => {
    const ticket = await stages.ticket(id);
    return previewView(ticket, ticket.row, context.base);
  },
});

export const renewPreviewKey = writeOperation({
  name: 'renew_preview_key',
  route: 'POST ticket/:id/preview',
  at: ON_TICKET,
  needs: 'ticket:write|map:*',
  tag: 'Stages',
  summary: 'Give a ticket a new preview key',
  description: 'Links with the old key show production from now on. Needs `ticket:write`, or the scope of its stage.',
  ifMatch: 'offered',
  body: NO_BODY,
  reply: { description: 'The new links. The ETag is the version of the ticket.', schema: PREVIEW },
  use: RenewPreviewKey,
  write:
    (renewing, { at: id, context }) =>
    async (tx) => {
      const { ticket, row } = await renewing.run(tx, id, context);
      const body = previewView(shownTo(ticket, context.principal), row, context.base);
      return { body, etag: versionTag(Number(row.version)) };
    },
});

const previewView = (ticket: DeltaTicket, { version }: Row, base: string): object => ({
  ticket: uriOf(resourceNamed('ticket'), ticket.id),
  key: ticket.key,
  version: Number(version),
  stage: ticket.stage,
  preview_key: ticket.previewKey,
  links: ticket.stage === null ? {} : mapLinks(ticket, ticket.stage, base),
  pages: ticket.stage === null ? {} : pageLinks(ticket, ticket.stage),
});
