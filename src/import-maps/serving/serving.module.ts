// Serving maps and stamp.js from memory.
import { Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { FreshMaps } from './fresh-maps.js';
import { ProjectsCache } from './projects-cache.js';
import { TicketsCache } from './tickets-cache.js';
import { MapAnswers } from './map-answers.js';
import { MapController } from './map.controller.js';
import { PreviewGate } from './preview-gate.js';
import { ProductionNow } from './production-now.js';
import { ServingDb } from './serving-db.js';
import { PreviewMapCache } from './preview-map-cache.js';
import { Shortcut } from './shortcut.js';
import { OldReleases } from './old-releases.js';
import { ServedBytesCache } from './served-bytes-cache.js';
import { PageScriptCache } from './page-script-cache.js';

@Module({
  imports: [AccessModule, MapStoreModule],
  controllers: [MapController],
  providers: [
    FreshMaps,
    ProjectsCache,
    TicketsCache,
    MapAnswers,
    PreviewGate,
    ProductionNow,
    ServingDb,
    Shortcut,
    PreviewMapCache,
    OldReleases,
    ServedBytesCache,
    PageScriptCache,
  ],
  exports: [FreshMaps, MapAnswers],
})
export class ServingModule {}
