// Projects with their settings and stages, their branches, merge proposals, test suites and people.
import { Module } from '@nestjs/common';
import { controllerOf } from '../rest/http/resource-controller.js';
import { membership } from './people/membership.resource.js';
import { People } from './people/people.js';
import { personMember } from './people/person-member.resource.js';
import { PersonMemberRules } from './people/person-member-rules.js';
import { person } from './people/person.resource.js';
import { PersonRules } from './people/person-rules.js';
import { branch } from './branch.resource.js';
import { mergeProposal } from './merge-proposal.resource.js';
import { ProjectRules } from './project-rules.js';
import { testSuite } from './test-suite.resource.js';
import { ModulesUrls } from './modules-urls.js';
import { PreviewLocks } from './preview-locks.js';
import { NamedProjects } from './stages/named-stage.js';
import { project } from './project.resource.js';

const resources = [project, branch, mergeProposal, person, personMember, membership, testSuite];
const FOR_OTHERS = [ModulesUrls, NamedProjects, People, PreviewLocks];

@Module({
  controllers: resources.map((one) => controllerOf(one)),
  providers: [...FOR_OTHERS, PersonMemberRules, PersonRules, ProjectRules],
  exports: FOR_OTHERS,
})
export class ProjectsModule {}
