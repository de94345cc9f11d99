// person: people and teams.
import { Email, Flag, Text } from '../../rest/fields/field-decorators.js';
import { defineResource } from '../../rest/resource.js';
import { PersonRow } from './person.row.js';
import { PersonRules } from './person-rules.js';

class PersonBody {
  @Text({ help: 'The name of the person or team.', example: 'Chris Johnston', max: 4096, required: true })
  name: string;

  @Email({ help: 'Where mail reaches them.', example: 'user@example.com', max: 200, required: true })
  email: string;

  @Flag({
    help: 'Whether it is a team. The strings `"True"` and `"False"` are accepted too.',
    example: false,
    initial: false,
  })
  is_team: boolean;
}

export const person = defineResource({
  name: 'person',
  scope: 'ticket:write',
  noun: 'person',
  entity: PersonRow,
  body: PersonBody,
  verbs: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  label: 't.name',
  rules: PersonRules,
  docs: {
    tag: 'People',
    about:
      'A person or a team. To change one that has a role in a project, is in a team or has members, the scope `admin` is needed.',
    example: { name: 'Chris Johnston', email: 'user@example.com', is_team: 'False' },
    filters: { name__istartswith: 'chris', email__iexact: 'User@example.com' },
    documented: {
      create: {
        order: 160,
        summary: 'Add a person or a team',
        body: { name: 'Chris Johnston', email: 'user@example.com', is_team: 'False' },
      },
      list: { order: 161, summary: 'Get persons, by name, e-mail or kind', query: { is_team: 'False' } },
    },
  },
});
