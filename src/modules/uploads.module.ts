// Uploads, and the modules that are served from them.
import { Module } from '@nestjs/common';
import { BlobsModule } from '../files/blobs.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { StagesModule } from '../import-maps/stages/stages.module.js';
import { MapStoreModule } from '../import-maps/store/map-store.module.js';
import { ModuleList } from './module-list.js';
import { ModuleController } from './module.controller.js';
import { ModulesController } from './modules.controller.js';
import { ScriptReader } from './script-reader.js';
import { UploadModules } from './upload-modules.js';
import { UploadTargets } from './upload-targets.js';
import { UploadsController } from './uploads.controller.js';

@Module({
  imports: [BlobsModule, MapStoreModule, ProjectsModule, QuotasModule, StagesModule],
  controllers: [UploadsController, ModuleController, ModulesController],
  providers: [ModuleList, ScriptReader, UploadModules, UploadTargets],
})
export class UploadsModule {}
