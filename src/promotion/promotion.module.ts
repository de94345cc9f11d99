// What every promotion stands on, with modules or without: locked tickets, policies, moves, holds and locks.
import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { controllersOf } from '../rest/operations/operation-controller.js';
import { HoldClock } from './holds/hold-clock.js';
import { HoldTicket } from './holds/hold-ticket.js';
import { holdTicket, lockStage, unholdTicket, unlockStage } from './holds/hold-operations.js';
import { LockStage } from './holds/lock-stage.js';
import { LockTicket } from './lock-ticket.js';
import { MapChanges } from './map-changes.js';
import { MoveTicket } from './move-ticket.js';
import { Policies } from './policies.js';

const SHARED = [HoldTicket, LockStage, LockTicket, MapChanges, MoveTicket, Policies];

@Module({
  imports: [ProjectsModule],
  controllers: controllersOf(holdTicket, unholdTicket, lockStage, unlockStage),
  providers: [HoldClock, ...SHARED],
  exports: SHARED,
})
export class PromotionModule {}
