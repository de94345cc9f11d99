// Serving maps and stamp.js from memory.
import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { FreshMaps } from './fresh-maps.js';
import { KnownProjects } from './projects-cache.js';
import { KnownTickets } from './tickets-cache.js';
import { MapAnswers } from './map-answers.js';
import { MapController } from './map.controller.js';
import { PreviewGate } from './preview-gate.js';
import { ProductionNow } from './production-now.js';
import { ServingDb } from './serving-db.js';
import { ShownMaps } from './preview-map-cache.js';
import { Shortcut } from './shortcut.js';
import { OldReleases } from './old-releases.js';
import { Stamps } from './served-bytes-cache.js';
import { StampScripts } from './page-script-cache.js';

@Module({
  imports: [AccessModule, MapStoreModule],
  controllers: [MapController],
  providers: [
    FreshMaps,
    KnownProjects,
    KnownTickets,
    MapAnswers,
    PreviewGate,
    ProductionNow,
    ServingDb,
    Shortcut,
    ShownMaps,
    OldReleases,
    Stamps,
    StampScripts,
  ],
  exports: [FreshMaps, MapAnswers],
})
export class ServingModule {}
