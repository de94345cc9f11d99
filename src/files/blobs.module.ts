// Where the bytes of modules and files are kept.
import { Module } from '@nestjs/common';
import path from 'node:path';
import type { Config } from '../config.js';
import { CONFIG } from '../platform/injection-tokens.js';
import { BlobCleaner } from './blob-cleaner.js';
import { BlobLedger } from './blob-ledger.js';
import { FILE_BLOBS, MODULE_BLOBS, TREE_BLOBS } from './blob-store.js';
import { BLOB_FOLDERS, DiskBlobs } from './disk-blobs.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { PackageTrees } from './package-trees.js';

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
  imports: [QuotasModule],
  providers: [...STORES, BlobCleaner, BlobLedger, PackageTrees],
  exports: [...STORES.map(({ provide }) => provide), BlobLedger, PackageTrees],
})
export class BlobsModule {}
