// Locks a ticket with all of its project that a promotion decides on.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../platform/database/db.js';
import type { Sql } from '../platform/database/statement.js';
import { notFound } from '../platform/errors.js';
import type { PolicyRule } from '../projects/policy-rules.js';
import { ModulesUrls } from '../projects/modules-urls.js';
import { PreviewLocks } from '../projects/preview-locks.js';
import { stageOrderOf, type StageSetting } from '../projects/stages/stage-setting.js';
import type { QuotaSetting } from '../quotas/quota-setting.js';
import { resourceNamed, type Row } from '../rest/resource.js';
import { lockRow } from '../rest/writing/locked-row.js';
import type { LockedTicket } from './locked-ticket.js';

interface Surroundings {
  project_name: string;
  stages: StageSetting[] | null;
  overlap: 'warn' | 'block' | null;
  quotas: QuotaSetting | null;
  entries: string[] | null;
  open_previews: boolean | null;
  page: string | null;
  modules_url: string | null;
  policies: PolicyRule[] | null;
  preview_key: string;
  release: number | null;
}

@Injectable()
export class LockTicket {
  constructor(
    private readonly locks: PreviewLocks,
    private readonly modulesUrls: ModulesUrls,
  ) {}

  /** Whoever needs production's pointer too has locked that before. Rejects with not_found. */
  async run(tx: Tx, id: number): Promise<LockedTicket> {
    // Two statements, since the one that waits for the lock sees the past; the second goes out with the first.
    const [row, found] = await Promise.all([lockRow(tx, resourceNamed('ticket'), id), surroundings(tx, id)]);
    return this.within(row, found);
  }

  /** The same for a row that is locked already, or need not be. */
  async around(sql: Sql, row: Row): Promise<LockedTicket> {
    return this.within(row, await surroundings(sql, row.id));
  }

  private within(row: Row, found: Surroundings | undefined): LockedTicket {
    if (!found) throw notFound(`There is no ticket ${row.id}.`);
    return {
      id: row.id,
      key: String(row.key),
      row,
      project: { id: Number(row.project), name: found.project_name },
      stages: stageOrderOf(found.stages),
      overlap: found.overlap ?? 'warn',
      quotas: found.quotas,
      entries: found.entries,
      previewKey: this.locks.isLocked(found.open_previews ?? false) ? found.preview_key : null,
      asksTokens: this.locks.asksTokens,
      page: found.page,
      modulesUrl: this.modulesUrls.of(found.modules_url),
      rules: found.policies ?? [],
      stage: row.stage as string | null,
      closed: row.closed_at !== null,
      version: Number(row.version),
      release: found.release ?? 0,
    };
  }
}

async function surroundings(sql: Sql, id: number): Promise<Surroundings | undefined> {
  const [found] = await sql.run<Surroundings>({
    name: 'ticket_surroundings',
    text: `SELECT p.name AS project_name, p.settings->'stages' AS stages, p.settings->>'overlap' AS overlap, p.settings->'quotas' AS quotas,
        p.settings->'entries' AS entries, (p.settings->>'open_previews')::boolean AS open_previews, p.settings->>'page' AS page,
        p.settings->>'modules_url' AS modules_url, p.settings->'policies' AS policies, t.preview_key, m.release
      FROM ticket t JOIN project p ON p.id = t.project_id LEFT JOIN map_pointer m ON m.project_id = p.id WHERE t.id = $1`,
    values: [id],
  });
  return found;
}
