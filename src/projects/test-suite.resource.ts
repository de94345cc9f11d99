// testsuite: what tickets may have to pass.
import { Choice, Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { TestSuiteRow } from './test-suite.row.js';

class TestSuiteBody {
  @Text({ help: 'Its display name.', example: 'my-package dep8', max: 4096, required: true })
  name: string;

  @Choice(['dep8', 'integration', 'sanity'], { help: 'What kind of tests they are.', example: 'dep8', required: true })
  kind: string;

  @Text({ help: 'What runs it.', example: 'autopkgtest my-package', max: 4096, initial: '' })
  command: string;

  @Reference('project', { help: 'The project that it tests.', example: '/api/v1/project/1/', nullable: true })
  project: number | null;

  @Reference('sourcepackage', {
    help: 'The source package that it tests.',
    example: '/api/v1/sourcepackage/1/',
    nullable: true,
  })
  sourcepackage: number | null;
}

export const testSuite = defineResource({
  name: 'testsuite',
  scope: 'admin',
  noun: 'test suite',
  entity: TestSuiteRow,
  body: TestSuiteBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: 't.name',
  belongsTo: { project: 't.project_id' },
  docs: {
    tag: 'Tests',
    about: 'A suite of tests. A ticket lists those that it must run in `testsuites`.',
    example: {
      name: 'my-package dep8',
      kind: 'dep8',
      command: 'autopkgtest my-package',
      sourcepackage: '/api/v1/sourcepackage/1/',
    },
    filters: { kind: 'dep8', sourcepackage__name: 'my-package' },
  },
});
