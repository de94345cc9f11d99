// Stage verbs.
import { Module } from '@nestjs/common';
import { MapStoreModule } from '../store/map-store.module.js';
import { ChangeDelta } from './change-delta.js';
import { WriteProduction } from './write-production.js';

@Module({
  imports: [MapStoreModule],
  providers: [ChangeDelta, WriteProduction],
  exports: [ChangeDelta, WriteProduction],
})
export class StagesModule {}
