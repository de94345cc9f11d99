// branch: a line of development.
import { Choice, Reference, Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { BranchRow } from './project.row.js';

class BranchBody {
  @Text({
    help: 'Its URL; unique.',
    example: 'lp:~alice/my-package/fix',
    max: 600,
    required: true,
    unique: true,
  })
  unique_name: string;

  @Reference('person', { help: 'Whose it is.', example: '/api/v1/person/1/', required: true })
  owner: number;

  @Choice(['trunk', 'development', 'maintenance', 'regular'], {
    help: 'Its purpose.',
    example: 'regular',
    required: true,
  })
  type: string;

  @Reference('project', { help: 'The project that it belongs to.', example: '/api/v1/project/1/', nullable: true })
  project: number | null;

  @Reference('sourcepackage', {
    help: 'The source package that it yields; one at a time.',
    example: null,
    nullable: true,
  })
  sourcepackage: number | null;
}

export const branch = defineResource({
  name: 'branch',
  scope: 'admin',
  noun: 'branch',
  entity: BranchRow,
  body: BranchBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: 't.unique_name',
  belongsTo: { project: 't.project_id' },
  uniques: { branch_unique_name_key: { field: 'unique_name', message: "A branch '…' exists already." } },
  docs: {
    tag: 'Projects',
    about: 'A line of development of a project.',
    example: {
      unique_name: 'lp:~alice/my-package/fix',
      owner: '/api/v1/person/1/',
      type: 'regular',
      project: '/api/v1/project/1/',
    },
    filters: { project__name: 'default', type: 'trunk' },
  },
});
