// The rules of persons who count for something: those with a role, and teams and their members. Whose a token is goes by e-mail and
// name, so with `ticket:write` alone nobody takes over a role by changing them.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { conflict } from '../../platform/errors.js';
import { holdsScope, scopeMissing } from '../../platform/principal.js';
import {
  type Decision,
  type FieldValues,
  type ResourceRules,
  type Row,
  resourceNamed,
  type WriteContext,
} from '../../rest/resource.js';
import { plainDecision } from '../../rest/writing/default-update.js';

/** What a person is to others. */
interface Standing {
  readonly has_role: boolean;
  readonly has_members: boolean;
  readonly is_member: boolean;
}

@Injectable()
export class PersonRules implements ResourceRules {
  /** Rejects with forbidden `scope.missing`; conflict `person.in_teams`. */
  async decide(tx: Tx, before: Row, given: FieldValues, { principal }: WriteContext): Promise<Decision> {
    const decision = plainDecision(resourceNamed('person'), before, given);
    const [field] = Object.keys(decision.set);
    if (field === undefined) return decision;
    const standing = await standingOf(tx, before.id);
    const counts = standing.has_role || standing.has_members || standing.is_member;
    if (counts && principal && !holdsScope(principal, 'admin')) throw scopeMissing('admin', field);
    if ('is_team' in decision.set) keepsKind(String(before.name), standing);
    return decision;
  }
}

/** Read after the row was locked: whoever makes it a member, or a team's, locks it before (person-member-rules.ts). */
async function standingOf(tx: Tx, id: number): Promise<Standing> {
  const [found] = await tx.run<Standing>({
    name: 'person_standing',
    text: `SELECT EXISTS (SELECT 1 FROM membership WHERE person_id = $1::bigint) AS has_role,
      EXISTS (SELECT 1 FROM personmember WHERE team_id = $1::bigint) AS has_members,
      EXISTS (SELECT 1 FROM personmember WHERE person_id = $1::bigint) AS is_member`,
    values: [id],
  });
  return found ?? { has_role: false, has_members: false, is_member: false };
}

function keepsKind(name: string, { has_members, is_member }: Standing): void {
  if (has_members)
    throw conflict(
      'person.in_teams',
      `${name} has members, so is_team must stay true. Delete its members first: /api/v1/personmember/.`,
    );
  if (is_member)
    throw conflict(
      'person.in_teams',
      `${name} is in a team, so is_team must stay false. Remove the person from it first: DELETE /api/v1/personmember/…/.`,
    );
}
