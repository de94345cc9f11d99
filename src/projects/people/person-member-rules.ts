// The rules of teams: only teams have members, and a member is a person. Teams in teams there are none, so that who has a role is
// one join away.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { invalidFields } from '../../platform/errors.js';
import { type Decision, type FieldValues, type ResourceRules, type Row, resourceNamed } from '../../rest/resource.js';
import { plainDecision } from '../../rest/writing/default-update.js';

@Injectable()
export class PersonMemberRules implements ResourceRules {
  async beforeCreate(tx: Tx, values: FieldValues): Promise<FieldValues> {
    await requireTeamOfPersons(tx, values);
    return values;
  }

  async decide(tx: Tx, before: Row, given: FieldValues): Promise<Decision> {
    const decision = plainDecision(resourceNamed('personmember'), before, given);
    await requireTeamOfPersons(tx, { ...before, ...decision.set });
    return decision;
  }
}

/**
 * Locks both, in the order of their ids, so that neither becomes something else before the commit (person-rules.ts locks the row
 * that it changes). Who isn't there is left to the foreign keys. Rejects with invalid `body.invalid_field`.
 */
async function requireTeamOfPersons(tx: Tx, { team, person }: FieldValues): Promise<void> {
  const rows = await tx.run<{ id: number; is_team: boolean }>({
    name: 'personmember_kinds',
    text: 'SELECT id, is_team FROM person WHERE id = ANY($1::bigint[]) ORDER BY id FOR SHARE',
    values: [[team, person]],
  });
  const isTeam = new Map<unknown, boolean>(rows.map((row) => [row.id, row.is_team]));
  const faults: Record<string, string[]> = {};
  if (isTeam.get(team) === false) faults.team = ['This person is not a team. Name a person whose is_team is true.'];
  if (team === person) faults.person = ['A team cannot be a member of itself. Name a person who is not a team.'];
  else if (isTeam.get(person) === true)
    faults.person = ['A team cannot be a member of a team. Add each of its members instead.'];
  if (Object.keys(faults).length > 0) throw invalidFields('personmember', faults);
}
