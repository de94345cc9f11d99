// What a ticket's new delta, and a direct write of production, use of quotas: keys of the ticket, files of the project.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { FileQuota } from '../../quotas/file-quota.js';
import { Quotas } from '../../quotas/quotas.js';
import type { Delta } from '../domain/delta.js';
import { deltaOf, type DeltaTicket } from '../store/ticket-deltas.js';

@Injectable()
export class DeltaQuotas {
  constructor(
    private readonly quotas: Quotas,
    private readonly files: FileQuota,
  ) {}

  /** Before the delta is written. Rejects with forbidden `quota.keys`. */
  async judgeKeys(tx: Tx, ticket: DeltaTicket, delta: Delta, actor: string): Promise<void> {
    const project = { ...ticket.project, quotas: ticket.quotas };
    const counts = { before: deltaOf(ticket).length, now: delta.length };
    await this.quotas.keys(tx, { id: ticket.id, key: ticket.key, project }, counts, actor);
  }

  /** After their uses are written; `owner` brought them. Rejects with too_large `quota.files`. */
  async countFiles(
    tx: Tx,
    ticket: DeltaTicket,
    hashes: readonly string[],
    { actor, owner }: { readonly actor: string; readonly owner: string | undefined },
  ): Promise<void> {
    const project = { ...ticket.project, quotas: ticket.quotas };
    await this.files.count(tx, { project, owner }, hashes, { actor, project: project.id });
  }

  /** Files that a release leads to, which no ticket brought. Rejects with too_large `quota.files`. */
  async countReleased(tx: Tx, project: number, hashes: readonly string[], actor: string): Promise<void> {
    if (hashes.length === 0) return;
    const [found = null] = await this.quotas.projects(tx, [project]);
    await this.files.count(tx, { project: found, owner: undefined }, hashes, { actor, project });
  }
}
