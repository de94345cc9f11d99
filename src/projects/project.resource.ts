// project: so far only what tickets refer to; its endpoint comes with the rest of the project manager.
import { Text } from '../rest/fields/field-decorators.js';
import { defineResource } from '../rest/resource.js';
import { ProjectRow } from './project.row.js';

class ProjectBody {
  @Text({
    help: 'A slug: lower-case letters, digits and hyphens.',
    example: 'default',
    max: 100,
    readonly: true,
    unique: true,
  })
  name: string;
}

export const project = defineResource({
  name: 'project',
  noun: 'project',
  entity: ProjectRow,
  body: ProjectBody,
  verbs: ['GET'],
  label: 't.name',
  docs: {
    tag: 'Projects',
    about: 'A project: whose tickets, keys and settings belong together.',
    filters: { name: 'default' },
  },
});
