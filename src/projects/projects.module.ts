// The project manager: projects, packages, uploads, people.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { binaryPackage } from './binary-package.resource.js';
import { person } from './person.resource.js';
import { project } from './project.resource.js';
import { sourcePackageUpload } from './source-package-upload.resource.js';
import { sourcePackage } from './source-package.resource.js';

@Module({
  controllers: [project, sourcePackage, sourcePackageUpload, binaryPackage, person].map((one) => controllerOf(one)),
})
export class ProjectsModule {}
