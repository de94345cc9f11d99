// Who somebody is to approvals: a person, whichever token or name they speak with; where no person is known, the name itself.
import type { Sql } from '../../platform/database/statement.js';
import { invalid } from '../../platform/errors.js';
import type { Principal } from '../../platform/principal.js';
import { People, type Person } from '../../projects/people/people.js';

export interface Identity {
  /** `person/7`, or `name/alice`. */
  readonly who: string;
  /** For people. */
  readonly by: string;
  /** False where nobody checked it: a server without tokens. */
  readonly checked: boolean;
}

const people = new People();

const keyOf = (person: Person | undefined, name: string): string =>
  person && !person.is_team ? `person/${person.id}` : `name/${name.trim().toLowerCase()}`;

/** Of a text that names somebody: the owner of a ticket, who uploaded a revision. */
export const whoIs = async (sql: Sql, text: string): Promise<string> => keyOf(await people.named(sql, text), text);

/**
 * Who speaks. Where tokens are asked for, the token's owner; else whom the body names with `as`, which `isAsked` demands.
 * Rejects with invalid `approval.as_with_token`, `approval.as_missing`.
 */
export async function speakerOf(
  sql: Sql,
  principal: Principal,
  as: string | undefined,
  isAsked: boolean,
): Promise<Identity> {
  if (principal.token !== undefined) {
    if (as !== undefined) throw invalid('approval.as_with_token', "Leave out 'as': your token says who you are.");
    const person = await people.personOf(sql, principal);
    return { who: keyOf(person, principal.name), by: person?.name ?? principal.name, checked: true };
  }
  if (as === undefined && isAsked)
    throw invalid(
      'approval.as_missing',
      'This server asks for no tokens, so say who you are: {"as": "qa@example.com"}.',
    );
  const name = as ?? principal.name;
  const person = await people.named(sql, name);
  return { who: keyOf(person, name), by: person?.name ?? name, checked: false };
}
