// The project manager: projects, packages, uploads, people.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { binaryPackage } from '../packages/binary-package.resource.js';
import { person } from './person.resource.js';
import { branch } from './branch.resource.js';
import { mergeProposal } from './merge-proposal.resource.js';
import { PackageListController } from '../packages/package-list.controller.js';
import { PackageList } from '../packages/package-list.js';
import { PackageListText } from '../packages/package-list-text.js';
import { ProjectRules } from './project-rules.js';
import { testSuite } from './test-suite.resource.js';
import { project } from './project.resource.js';
import { sourcePackageUpload } from '../packages/source-package-upload.resource.js';
import { sourcePackage } from '../packages/source-package.resource.js';

const resources = [
  project,
  branch,
  mergeProposal,
  sourcePackage,
  sourcePackageUpload,
  binaryPackage,
  person,
  testSuite,
];

@Module({
  controllers: [PackageListController, ...resources.map((one) => controllerOf(one))],
  providers: [PackageList, PackageListText, ProjectRules],
})
export class ProjectsModule {}
