// Projects with their settings and stages, their branches, merge proposals, test suites and people.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { person } from './person.resource.js';
import { branch } from './branch.resource.js';
import { mergeProposal } from './merge-proposal.resource.js';
import { ProjectRules } from './project-rules.js';
import { testSuite } from './test-suite.resource.js';
import { ModulesUrls } from './modules-urls.js';
import { PreviewLocks } from './preview-locks.js';
import { NamedProjects } from './stages/named-stage.js';
import { project } from './project.resource.js';

const resources = [project, branch, mergeProposal, person, testSuite];
const STAGES = [ModulesUrls, NamedProjects, PreviewLocks];

@Module({
  controllers: resources.map((one) => controllerOf(one)),
  providers: [...STAGES, ProjectRules],
  exports: STAGES,
})
export class ProjectsModule {}
