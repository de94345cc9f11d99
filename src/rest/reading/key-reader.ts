// Finds the ticket that a key means (rest-api.md, section 5).
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import { conflict, notFound } from '../../platform/errors.js';
import { normalKey } from '../resource-key.js';

/** The project that keys mean when none is said; the first migration makes it. */
const DEFAULT_PROJECT = 'default';

@Injectable()
export class KeyReader {
  constructor(private readonly db: Db) {}

  /**
   * The id of the ticket with this key: in the named project, else in `default`, else in the only project that has it.
   * Rejects with not_found, or with conflict naming the projects among which to choose.
   */
  async idOf(key: string, project?: string): Promise<number> {
    const found = await this.db.run<{ id: number; project: string }>({
      name: 'ticket_by_key',
      text: 'SELECT t.id, p.name AS project FROM ticket t JOIN project p ON p.id = t.project_id WHERE t.normal_key = $1 ORDER BY p.name LIMIT 20',
      values: [normalKey(key)],
    });
    const wanted = project === undefined ? undefined : found.filter((one) => one.project === project);
    const [only, other] = wanted ?? found;
    if (!only) throw notFound(`There is no ticket ${key}${project === undefined ? '' : ` in project ${project}`}.`);
    if (!other) return only.id;
    const preferred = found.find((one) => one.project === DEFAULT_PROJECT);
    if (preferred) return preferred.id;
    throw conflict(
      'ticket.ambiguous_key',
      `${key} is in several projects: ${found.map((one) => one.project).join(', ')}. Add ?project=<name>.`,
    );
  }
}
