// What the rest of this room stands on: releases, production's maps in memory, each project's stages, news of changes.
import { Module } from '@nestjs/common';
import { BlobsModule } from '../../files/blobs.module.js';
import { ProjectsModule } from '../../projects/projects.module.js';
import { PromotionModule } from '../../promotion/promotion.module.js';
import { BlobImports } from './blob-imports.js';
import { HostedModules } from './hosted-modules.js';
import { DirectReleases } from './direct-releases.js';
import { RevisionsCache } from './revisions-cache.js';
import { ProductionMaps } from './production-maps.js';
import { ReleaseReader } from './release-reader.js';
import { Layers } from './layers.js';
import { Releases } from './releases.js';
import { Snapshots } from './snapshots.js';
import { TicketDeltas } from './ticket-deltas.js';

const SHARED = [
  BlobImports,
  DirectReleases,
  RevisionsCache,
  Layers,
  HostedModules,
  Releases,
  TicketDeltas,
  ProductionMaps,
  ReleaseReader,
];

/** What is beneath, for the rooms that stand on this one. */
const BELOW = [BlobsModule, ProjectsModule, PromotionModule];

@Module({ imports: BELOW, providers: [...SHARED, Snapshots], exports: [...BELOW, ...SHARED] })
export class MapStoreModule {}
