// Stage verbs.
import { Module } from '@nestjs/common';
import { MapStoreModule } from '../store/map-store.module.js';

@Module({ imports: [MapStoreModule] })
export class StagesModule {}
