// Uploads, blobs and the modules that are served from them.
import { Module } from '@nestjs/common';
import { MapStoreModule } from '../store/map-store.module.js';

@Module({ imports: [MapStoreModule] })
export class UploadsModule {}
