// Stage verbs: each a use case, and the controllers that show them.
import { Module } from '@nestjs/common';
import { QuotasModule } from '../../quotas/quotas.module.js';
import { TicketsModule } from '../../tickets/tickets.module.js';
import { BlobsModule } from '../../files/blobs.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { ChangeDelta } from './change-delta.js';
import { DeltaQuotas } from './delta-quotas.js';
import { FollowTickets } from './follow-tickets.js';
import { ImportsCheck } from './imports-check.js';
import { MoveTicket } from '../../promotion/move-ticket.js';
import { Policies } from './policies.js';
import { PromoteTicket } from './promote-ticket.js';
import { RebaseTicket } from './rebase-ticket.js';
import { RevertRelease } from './revert-release.js';
import { RevertTicket } from './revert-ticket.js';
import { ProductionWriters } from './production-writers.js';
import { RollBack } from './roll-back.js';
import { RunVerb } from '../../rest/operations/run-operation.js';
import { NamedProjects } from '../../projects/stages/named-stage.js';
import { ReadSources } from './read-sources.js';
import { ReadStages } from './read-stages.js';
import { StageController } from './stage.controller.js';
import { TicketMapsController } from './ticket-maps.controller.js';
import { StageVerbsController } from './stage-verbs.controller.js';
import { StampTicket } from './stamp-ticket.js';
import { SuspendTickets } from './suspend-tickets.js';
import { WriteProduction } from './write-production.js';

@Module({
  imports: [BlobsModule, MapStoreModule, QuotasModule, TicketsModule],
  controllers: [StageVerbsController, StageController, TicketMapsController],
  providers: [
    ChangeDelta,
    DeltaQuotas,
    FollowTickets,
    ImportsCheck,
    MoveTicket,
    NamedProjects,
    Policies,
    ProductionWriters,
    ReadSources,
    ReadStages,
    PromoteTicket,
    RebaseTicket,
    RevertRelease,
    RevertTicket,
    RollBack,
    RunVerb,
    StampTicket,
    SuspendTickets,
    WriteProduction,
  ],
  exports: [ChangeDelta, NamedProjects, PromoteTicket, ReadStages, RevertTicket, RollBack, RunVerb, WriteProduction],
})
export class StagesModule {}
