// What the rest of this room stands on: releases, production's maps in memory, each project's stages, news of changes.
import { Module } from '@nestjs/common';
import { BlobImports } from './blob-imports.js';
import { DirectReleases } from './direct-releases.js';
import { KnownRevisions } from './known-revisions.js';
import { MapChanges } from './map-changes.js';
import { ProductionMaps } from './production-maps.js';
import { ModulesUrls } from './modules-urls.js';
import { PreviewLocks } from './preview-locks.js';
import { ReleaseReader } from './release-reader.js';
import { Layers } from './layers.js';
import { Releases } from './releases.js';
import { Snapshots } from './snapshots.js';
import { StageLines } from './stage-lines.js';
import { TicketDeltas } from './ticket-deltas.js';

const SHARED = [
  BlobImports,
  DirectReleases,
  KnownRevisions,
  Layers,
  Releases,
  TicketDeltas,
  ProductionMaps,
  ModulesUrls,
  PreviewLocks,
  ReleaseReader,
  StageLines,
  MapChanges,
];

@Module({ providers: [...SHARED, Snapshots], exports: SHARED })
export class MapStoreModule {}
