// What the rest of this room stands on: releases, production's maps in memory.
import { Module } from '@nestjs/common';
import { ProductionMaps } from './production-maps.js';
import { ReleaseReader } from './release-reader.js';

@Module({ providers: [ProductionMaps, ReleaseReader], exports: [ProductionMaps, ReleaseReader] })
export class MapStoreModule {}
