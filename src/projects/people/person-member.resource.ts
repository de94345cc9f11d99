// personmember: who is in which team.
import { Reference } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { PersonMemberRow } from './person-member.row.js';
import { PersonMemberRules } from './person-member-rules.js';

class PersonMemberBody {
  @Reference('person', { help: 'The team: a person with `is_team`.', example: '/api/v1/person/2/', required: true })
  team: number;

  @Reference('person', { help: 'Who is in it: a person, not a team.', example: '/api/v1/person/1/', required: true })
  person: number;
}

export const personMember = defineResource({
  name: 'personmember',
  scope: 'admin',
  noun: 'team member',
  entity: PersonMemberRow,
  body: PersonMemberBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label:
    "(SELECT p.name FROM person p WHERE p.id = t.person_id) || ' in ' || (SELECT p.name FROM person p WHERE p.id = t.team_id)",
  // A team may have roles in any project.
  concernsAll: true,
  rules: PersonMemberRules,
  uniques: {
    personmember_team_id_person_id_key: { field: 'person', message: 'Person … is in this team already.' },
  },
  docs: {
    tag: 'People',
    about: 'A person who is in a team, and so has the roles that the team has in projects.',
    example: { team: '/api/v1/person/2/', person: '/api/v1/person/1/' },
    filters: { team: '2', person__email__iexact: 'User@example.com' },
  },
});
