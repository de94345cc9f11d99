// Holds of tickets and locks of stages.
import { Module } from '@nestjs/common';
import { StagesModule } from '../../import-maps/stages/stages.module.js';
import { MapStoreModule } from '../../import-maps/store/map-store.module.js';
import { HoldClock } from './hold-clock.js';
import { HoldTicket } from './hold-ticket.js';
import { HoldsController } from './holds.controller.js';
import { LockStage } from './lock-stage.js';

@Module({
  imports: [MapStoreModule, StagesModule],
  controllers: [HoldsController],
  providers: [HoldClock, HoldTicket, LockStage],
  exports: [HoldTicket, LockStage],
})
export class HoldsModule {}
