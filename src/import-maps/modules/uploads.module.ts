// Uploads, blobs and the modules that are served from them.
import { Module } from '@nestjs/common';
import path from 'node:path';
import type { Config } from '../../config.js';
import { CONFIG } from '../../platform/tokens.js';
import { NamedProjects } from '../stages/named-project.js';
import { StagesModule } from '../stages/stages.module.js';
import { MapStoreModule } from '../store/map-store.module.js';
import { BlobCleaner } from './blob-cleaner.js';
import { BlobLedger } from './blob-ledger.js';
import { FILE_BLOBS, MODULE_BLOBS, TREE_BLOBS } from './blob-store.js';
import { BLOB_FOLDERS, DiskBlobs } from './disk-blobs.js';
import { ModuleList } from './module-list.js';
import { ModuleController } from './module.controller.js';
import { ModulesController } from './modules.controller.js';
import { PackageTrees } from './package-trees.js';
import { SpuFilesController } from './spu-files.controller.js';
import { SpuFiles } from './spu-files.js';
import { UploadModules } from './upload-modules.js';
import { UploadsController } from './uploads.controller.js';

const STORES = [
  { provide: MODULE_BLOBS, folder: BLOB_FOLDERS.modules },
  { provide: TREE_BLOBS, folder: BLOB_FOLDERS.trees },
  { provide: FILE_BLOBS, folder: BLOB_FOLDERS.files },
].map(({ provide, folder }) => ({
  provide,
  inject: [CONFIG],
  useFactory: ({ dataFolder }: Config) => new DiskBlobs(path.join(dataFolder, folder)),
}));

@Module({
  imports: [MapStoreModule, StagesModule],
  controllers: [UploadsController, ModuleController, ModulesController, SpuFilesController],
  providers: [...STORES, BlobCleaner, BlobLedger, ModuleList, NamedProjects, PackageTrees, SpuFiles, UploadModules],
})
export class UploadsModule {}
