// membership: the role of a person or a team in a project.
import { Choice, Reference } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { MembershipRow } from './membership.row.js';
import { ROLES } from './roles.js';

class MembershipBody {
  @Reference('project', { help: 'The project.', example: '/api/v1/project/1/', required: true })
  project: number;

  @Reference('person', {
    help: 'Who has the role: a person, or a team, whose members then all have it.',
    example: '/api/v1/person/1/',
    required: true,
  })
  person: number;

  @Choice([...ROLES], { help: 'What they are in the project.', example: 'qa', required: true })
  role: string;
}

export const membership = defineResource({
  name: 'membership',
  scope: 'admin',
  noun: 'membership',
  entity: MembershipRow,
  body: MembershipBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: "t.role || ' ' || (SELECT p.name FROM person p WHERE p.id = t.person_id)",
  belongsTo: { project: 't.project_id' },
  uniques: {
    membership_project_id_person_id_key: {
      field: 'person',
      message:
        'Person … has a role in this project already. Change that membership: a person has one role in a project.',
    },
  },
  docs: {
    tag: 'People',
    about:
      'The role of a person or a team in a project. A person has one role of their own in a project, and those of their teams besides.',
    example: { project: '/api/v1/project/1/', person: '/api/v1/person/1/', role: 'qa' },
    filters: { project__name: 'default', role: 'qa', person__email__iexact: 'User@example.com' },
  },
});
