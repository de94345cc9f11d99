// Who somebody is, and what they are in a project. Each answer is one statement that indexes serve. Policies and verbs of the rooms
// to the right ask here.
import { isKeepable } from '../../platform/keepable.js';
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import type { Principal } from '../../platform/principal.js';
import type { Role } from './roles.js';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly is_team: boolean;
}

/** A person, never a team, who has a role in a project. */
export interface PersonInRole extends Pick<Person, 'id' | 'name' | 'email'> {
  /** Each once, in alphabetical order: their own and those of their teams. */
  readonly roles: readonly Role[];
}

/**
 * Of all that a text fits: who has a role or is in a team before who is neither, an e-mail address before a name, the oldest first.
 * So nobody without the scope admin takes over what a text means by making or renaming a person (person-rules.ts).
 */
const BEST = `ORDER BY (EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id)
    OR EXISTS (SELECT 1 FROM personmember m WHERE p.id IN (m.person_id, m.team_id))) DESC,
  lower(p.email) = lower($1) DESC, p.id LIMIT 1`;
const FITS = '(lower(p.email) = lower($1) OR p.name = $1)';
const VIEW = 'p.id, p.name, p.email, p.is_team';

@Injectable()
export class People {
  /**
   * Whom a token belongs to: the person, never a team, whose e-mail address, in any case, or whose name is the token's owner.
   * Undefined for who sent no token, whatever persons are called, and where nobody fits.
   */
  async personOf(sql: Sql, { name, token }: Principal): Promise<Person | undefined> {
    if (token === undefined) return undefined;
    const [found] = await sql.run<Person>({
      name: 'person_of_owner',
      text: `SELECT ${VIEW} FROM person p WHERE ${FITS} AND NOT p.is_team ${BEST}`,
      values: [name],
    });
    return found;
  }

  /** The person or team that a text names by e-mail address, in any case, or by name. Undefined where there is none. */
  async named(sql: Sql, text: string): Promise<Person | undefined> {
    if (!isKeepable(text)) return undefined;
    const [found] = await sql.run<Person>({
      name: 'person_named',
      text: `SELECT ${VIEW} FROM person p WHERE ${FITS} ${BEST}`,
      values: [text.trim()],
    });
    return found;
  }

  /** Everybody who has a role in a project, by the project's id, directly or through a team; ordered by id. */
  rolesIn(sql: Sql, project: number): Promise<PersonInRole[]> {
    return sql.run<PersonInRole>({
      name: 'roles_in_project',
      text: `SELECT p.id, p.name, p.email, array_agg(DISTINCT r.role ORDER BY r.role) AS roles
        FROM (SELECT m.person_id AS id, m.role FROM membership m WHERE m.project_id = $1::bigint
          UNION ALL
          SELECT g.person_id, m.role FROM membership m JOIN personmember g ON g.team_id = m.person_id
          WHERE m.project_id = $1::bigint) r
        JOIN person p ON p.id = r.id AND NOT p.is_team
        GROUP BY p.id ORDER BY p.id`,
      values: [project],
    });
  }
}
