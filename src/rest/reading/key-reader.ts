// Finds the tickets that keys mean (rest-api.md, section 5), all keys of a request in one statement.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { conflict, type DomainError } from '../../platform/errors.js';
import { normalKey } from '../resource-key.js';

/** The project that keys mean when none is said; the first migration makes it. */
const DEFAULT_PROJECT = 'default';

/** Keys, ids or URIs that one request may name in a list of them; see the operations that take one. */
export const MOST_NAMED = 1000;

interface FoundTicket {
  readonly key: string;
  readonly id: number;
  readonly project: string;
}

/** Keys that were looked up together. */
export class FoundKeys {
  static readonly none = new FoundKeys([]);
  private readonly found = new Map<string, FoundTicket[]>();

  /** The rows of one key in the order in which their projects count. */
  constructor(rows: readonly FoundTicket[]) {
    for (const row of rows) {
      const known = this.found.get(row.key);
      if (known) known.push(row);
      else this.found.set(row.key, [row]);
    }
  }

  has(key: string): boolean {
    return this.found.has(normalKey(key) ?? '');
  }

  /** The first, whether or not it is clear that it is meant. */
  firstOf(key: string): number | undefined {
    return this.found.get(normalKey(key) ?? '')?.[0]?.id;
  }

  /** Undefined where no ticket has the key. Throws conflict naming the projects among which to choose. */
  idOf(key: string): number | undefined {
    const found = this.found.get(normalKey(key) ?? '') ?? [];
    const [first, other] = found;
    if (!first || !other || first.project === DEFAULT_PROJECT) return first?.id;
    throw ambiguous(
      key,
      found.map((one) => one.project),
    );
  }
}

@Injectable()
export class KeyReader {
  constructor(private readonly db: Db) {}

  /**
   * The id of the ticket with this key: in the named project, else in `default`, else in the only project that has it;
   * undefined where there is none. Rejects with conflict naming the projects among which to choose.
   */
  async find(key: string, project?: string, sql?: Sql): Promise<number | undefined> {
    return (await this.findMany([key], project, sql)).idOf(key);
  }

  /** The same for many, in one statement; in none where there are no keys. */
  async findMany(keys: readonly string[], project?: string, sql: Sql = this.db): Promise<FoundKeys> {
    const normal = new Set(keys.map(normalKey).filter((key) => key !== undefined));
    if (normal.size === 0) return FoundKeys.none;
    const rows = await sql.run<FoundTicket>({
      name: 'tickets_by_key',
      text: `SELECT k.key, f.id, f.project FROM unnest($1::text[]) k(key) CROSS JOIN LATERAL
        (SELECT t.id, p.name AS project FROM ticket t JOIN project p ON p.id = t.project_id
          WHERE t.normal_key = k.key AND ($2::text IS NULL OR p.name = $2) ORDER BY p.name <> '${DEFAULT_PROJECT}', p.name LIMIT 20) f
        ORDER BY k.key, f.project <> '${DEFAULT_PROJECT}', f.project`,
      values: [[...normal], project ?? null],
    });
    return new FoundKeys(rows);
  }
}

function ambiguous(key: string, projects: readonly string[]): DomainError {
  const what = 'Name one with ?project=<name> in the URL, or use the id.';
  return conflict('ticket.ambiguous_key', `${key} is in several projects: ${projects.join(', ')}. ${what}`, {
    narrowed: (reached) => {
      const seen = projects.filter((name) => reached.has(name));
      return `${key} is the key of tickets in more than one project${seen.length > 0 ? `; among them: ${seen.join(', ')}` : ''}. ${what}`;
    },
  });
}
