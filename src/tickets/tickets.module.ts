// Tickets: the table, its views, status updates, closing, waiting, history.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { controllersOf } from '../rest/operations/operation-controller.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { StreamModule } from '../stream/stream.module.js';
import { CloseTicket, TicketFollowers } from './close-ticket.js';
import { ticketComponent, ticketLink, ticketPerson } from './ticket-parts.resources.js';
import { TicketController } from './ticket.controller.js';
import * as operations from './ticket-operations.js';
import { TicketRules } from './ticket-rules.js';
import { TicketWaiter } from './ticket-waiter.js';
import { fullTicket, openTickets, ticket, ticketStatus, updateTicketStatus } from './ticket.resources.js';
import { UpdateTicketStatus } from './update-ticket-status.js';

const parts = [ticketLink, ticketPerson, ticketComponent].map((one) => controllerOf(one));
const views = [fullTicket, openTickets, ticketStatus].map((one) => controllerOf(one));

@Module({
  imports: [QuotasModule, StreamModule],
  controllers: [
    TicketController,
    ...controllersOf(...Object.values(operations)),
    controllerOf(ticket, ['detail']),
    ...views,
    ...parts,
    controllerOf(updateTicketStatus),
  ],
  providers: [CloseTicket, TicketFollowers, TicketRules, TicketWaiter, UpdateTicketStatus],
  exports: [CloseTicket, TicketFollowers],
})
export class TicketsModule {}
