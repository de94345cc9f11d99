// What serving needs of a ticket: where it is and its delta. Tickets that don't exist are not kept: each asks the database.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { normalKey } from '../../rest/resource-key.js';
import type { Delta } from '../domain/delta.js';
import { type FoundRevision, KnownRevisions, unlessKnown } from '../store/known-revisions.js';
import { Entries } from './entries.js';

export interface ServedTicket {
  readonly id: number;
  readonly project: number;
  /** As people wrote it: `TKT-001`. */
  readonly key: string;
  readonly version: number;
  readonly stage: string;
  readonly closed: boolean;
  readonly revision: number;
  readonly delta: Delta;
}

type FoundTicket = Omit<ServedTicket, 'revision' | 'delta'> &
  Omit<FoundRevision, 'id'> & { readonly revision_id: number | null };

/** An operation takes about that many bytes in memory. */
const OPERATION_BYTES = 600;
const BOUNDS = {
  entries: 2000,
  bytes: 64 * 1024 * 1024,
  sizeOf: ({ delta }: ServedTicket) => 500 + delta.length * OPERATION_BYTES,
  idleMs: 600_000,
};
const LARGEST_ID = 2 ** 31 - 1;

@Injectable()
export class KnownTickets {
  private readonly entries = new Entries<ServedTicket>(BOUNDS);

  constructor(
    private readonly db: Db,
    private readonly revisions: KnownRevisions,
  ) {}

  /** How a ticket is named among others: `3 TKT-7` or `3 #7`; undefined for what names none. */
  static nameOf(project: number, reference: string): string | undefined {
    if (/^\d{1,10}$/.test(reference))
      return Number(reference) <= LARGEST_ID ? `${project} #${Number(reference)}` : undefined;
    const key = normalKey(reference);
    return key && `${project} ${key}`;
  }

  current = (name: string): ServedTicket | undefined => this.entries.current(name);

  last = (name: string): ServedTicket | undefined => this.entries.last(name);

  load = (name: string): Promise<ServedTicket | undefined> => this.entries.load(name, () => this.read(name));

  private async read(name: string): Promise<ServedTicket | undefined> {
    const [project = '', reference = ''] = name.split(' ');
    const byId = reference.startsWith('#');
    const known = this.revisions.of(this.entries.last(name)?.id ?? 0);
    const [row] = await this.db.run<FoundTicket>({
      name: byId ? 'served_ticket_by_id' : 'served_ticket_by_key',
      text: `SELECT t.id, t.project_id AS project, t.key, t.version, t.stage, t.closed_at IS NOT NULL AS closed,
          r.id AS revision_id, r.number, r.git_commit, ${unlessKnown('$3')} AS operations
        FROM ticket t LEFT JOIN LATERAL
          (SELECT * FROM map_revision WHERE ticket_id = t.id ORDER BY number DESC LIMIT 1) r ON true
        WHERE t.project_id = $1 AND t.stage IS NOT NULL AND ${byId ? 't.id' : 't.normal_key'} = $2`,
      values: [Number(project), byId ? Number(reference.slice(1)) : reference, known?.id ?? 0],
    });
    if (!row) return undefined;
    const { revision_id: id, number, git_commit, operations, ...ticket } = row;
    if (id === null) return { ...ticket, revision: 0, delta: [] };
    const { delta } = this.revisions.resolve(ticket.id, { id, number, git_commit, operations }, known);
    return { ...ticket, revision: number, delta };
  }

  heard(ticket: number): void {
    this.entries.distrustLoads();
    this.entries.age(({ id }) => id === ticket);
  }

  async compare(sql: Sql): Promise<void> {
    const ids = [...new Set(this.entries.values().map(({ id }) => id))];
    if (ids.length === 0) return;
    const rows = await sql.run<{ id: number; version: number }>({
      name: 'served_ticket_versions',
      text: 'SELECT id, version FROM ticket WHERE id = ANY($1::int[])',
      values: [ids],
    });
    const now = new Map(rows.map(({ id, version }) => [id, version]));
    this.entries.age(({ id, version }) => now.get(id) !== version);
  }
}
