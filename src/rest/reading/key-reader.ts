// Finds the ticket that a key means (rest-api.md, section 5).
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict } from '../../platform/errors.js';
import { normalKey } from '../resource-key.js';

/** The project that keys mean when none is said; the first migration makes it. */
const DEFAULT_PROJECT = 'default';

@Injectable()
export class KeyReader {
  constructor(private readonly db: Db) {}

  /**
   * The id of the ticket with this key: in the named project, else in `default`, else in the only project that has it;
   * undefined where there is none. Rejects with conflict naming the projects among which to choose.
   */
  async find(key: string, project?: string, sql: Sql = this.db): Promise<number | undefined> {
    const found = await sql.run<{ id: number; project: string }>({
      name: 'ticket_by_key',
      text: `SELECT t.id, p.name AS project FROM ticket t JOIN project p ON p.id = t.project_id
        WHERE t.normal_key = $1 AND ($2::text IS NULL OR p.name = $2) ORDER BY p.name <> '${DEFAULT_PROJECT}', p.name LIMIT 20`,
      values: [normalKey(key), project ?? null],
    });
    const [first, other] = found;
    if (!first || !other || first.project === DEFAULT_PROJECT) return first?.id;
    throw conflict(
      'ticket.ambiguous_key',
      `${key} is in several projects: ${found.map((one) => one.project).join(', ')}. Name one with ?project=<name> in the URL, or use the id.`,
    );
  }
}
