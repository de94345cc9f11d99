// Stage verbs: each a use case, and the controllers that show them.
import { Module } from '@nestjs/common';
import { controllersOf } from '../../rest/operations/operation-controller.js';
import { QuotasModule } from '../../quotas/quotas.module.js';
import { TicketsModule } from '../../tickets/tickets.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { ChangeDelta } from './change-delta.js';
import { DeltaQuotas } from './delta-quotas.js';
import { FollowTickets } from './follow-tickets.js';
import { ImportsCheck } from './imports-check.js';
import { MapLanding } from './map-landing.js';
import { MapPolicies } from './map-policies.js';
import { PromoteTicket } from './promote-ticket.js';
import { RebaseTicket } from './rebase-ticket.js';
import { RevertRelease } from './revert-release.js';
import { RevertTicket } from './revert-ticket.js';
import { ProductionWriters } from './production-writers.js';
import { RollBack } from './roll-back.js';
import { RunVerb } from './run-verb.js';
import { ReadSources } from './read-sources.js';
import { ReadStages } from './read-stages.js';
import * as reads from './read-operations.js';
import * as stageOperations from './stage-operations.js';
import { StageReader } from './stage-reader.js';
import * as ticketOperations from './ticket-operations.js';
import { StampTicket } from './stamp-ticket.js';
import { SuspendTickets } from './suspend-tickets.js';
import { WriteProduction } from './write-production.js';

@Module({
  imports: [MapStoreModule, QuotasModule, TicketsModule],
  controllers: controllersOf(...[ticketOperations, stageOperations, reads].flatMap((one) => Object.values(one))),
  providers: [
    ChangeDelta,
    DeltaQuotas,
    FollowTickets,
    ImportsCheck,
    MapLanding,
    MapPolicies,
    ProductionWriters,
    ReadSources,
    ReadStages,
    PromoteTicket,
    RebaseTicket,
    RevertRelease,
    RevertTicket,
    RollBack,
    RunVerb,
    StageReader,
    StampTicket,
    SuspendTickets,
    WriteProduction,
  ],
  exports: [ChangeDelta, PromoteTicket, ReadStages, RevertTicket, RollBack, RunVerb, WriteProduction],
})
export class StagesModule {}
