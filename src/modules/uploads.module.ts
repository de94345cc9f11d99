// Uploads, and the modules that are served from them.
import { Module } from '@nestjs/common';
import { BlobsModule } from '../files/blobs.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { NamedProjects } from '../projects/stages/named-stage.js';
import { StagesModule } from '../import-maps/stages/stages.module.js';
import { MapStoreModule } from '../import-maps/store/map-store.module.js';
import { ModuleList } from './module-list.js';
import { ModuleController } from './module.controller.js';
import { ModulesController } from './modules.controller.js';
import { ScriptReader } from './script-reader.js';
import { SpuFilesController } from '../packages/spu-files/spu-files.controller.js';
import { SpuFiles } from '../packages/spu-files/spu-files.js';
import { UploadModules } from './upload-modules.js';
import { UploadTargets } from './upload-targets.js';
import { UploadsController } from './uploads.controller.js';

@Module({
  imports: [BlobsModule, MapStoreModule, QuotasModule, StagesModule],
  controllers: [UploadsController, ModuleController, ModulesController, SpuFilesController],
  providers: [ModuleList, NamedProjects, ScriptReader, SpuFiles, UploadModules, UploadTargets],
})
export class UploadsModule {}
