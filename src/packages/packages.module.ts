// Source packages, their uploads with their files, binary packages, and the package list.
import { Module } from '@nestjs/common';
import { BlobsModule } from '../files/blobs.module.js';
import { QuotasModule } from '../quotas/quotas.module.js';
import { controllerOf } from '../rest/http/resource-controller.js';
import { binaryPackage } from './binary-package.resource.js';
import { PackageListController } from './package-list.controller.js';
import { PackageListText } from './package-list-text.js';
import { PackageList } from './package-list.js';
import { sourcePackageUpload } from './source-package-upload.resource.js';
import { sourcePackage } from './source-package.resource.js';
import { SpuFilesController } from './spu-files/spu-files.controller.js';
import { SpuFiles } from './spu-files/spu-files.js';

const resources = [sourcePackage, sourcePackageUpload, binaryPackage];

@Module({
  imports: [BlobsModule, QuotasModule],
  controllers: [PackageListController, SpuFilesController, ...resources.map((one) => controllerOf(one))],
  providers: [PackageList, PackageListText, SpuFiles],
})
export class PackagesModule {}
