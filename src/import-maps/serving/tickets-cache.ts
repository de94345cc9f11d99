// What serving needs of a ticket: where it is and its delta. All that is asked for in the same moment is one statement, and a
// name that no ticket has is remembered for a moment.
import { Injectable } from '@nestjs/common';
import { Gathered } from '../../platform/database/gathered.js';
import type { Sql } from '../../platform/database/statement.js';
import { normalKey } from '../../rest/resource-key.js';
import { asId } from '../../rest/writing/reference.js';
import { bytesOf, type Delta } from '../domain/delta.js';
import { type FoundRevision, keptUnlessKnown, RevisionsCache, MARK, type Revision } from '../store/revisions-cache.js';
import { LoadingCache } from './loading-cache.js';
import { ServingDb, tooManyPages } from './serving-db.js';

export interface ServedTicket {
  readonly id: number;
  readonly project: number;
  /** As people wrote it: `TKT-001`. */
  readonly key: string;
  readonly version: number;
  /** What a link to it has where previews are locked. */
  readonly previewKey: string;
  readonly stage: string;
  readonly closed: boolean;
  readonly revision: number;
  readonly delta: Delta;
}

type FoundTicket = Omit<ServedTicket, 'revision' | 'delta'> &
  Omit<FoundRevision, 'id'> & { readonly name: string; readonly revision_id: number | null };

const BOUNDS = {
  entries: 2000,
  bytes: 64 * 1024 * 1024,
  sizeOf: ({ delta }: ServedTicket) => bytesOf(delta),
  idleMs: 600_000,
  absent: { entries: 20_000, ms: 100 },
};
/** Deltas may be large, so a statement brings no more than these; who asks beyond what may wait is refused. */
const GATHERED = { atOnce: 2, most: 100, waiting: 10_000, full: tooManyPages };
const NO_MODULES: Delta = [];

/** By id or by key, each through its index, however many are asked for. */
const SERVED = `SELECT a.name, t.id, t.project_id AS project, t.key, t.version,
    t.preview_key AS "previewKey", t.stage, t.closed_at IS NOT NULL AS closed,
    r.id AS revision_id, ${MARK} AS mark, r.number, r.whole, r.carried, r.git_commit, r.actor, ${keptUnlessKnown('a.known')} AS kept
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[]) a(name, project, id, key, known)
  CROSS JOIN LATERAL (
    (SELECT * FROM ticket WHERE project_id = a.project AND id = a.id LIMIT 1) UNION ALL
    (SELECT * FROM ticket WHERE project_id = a.project AND normal_key = a.key LIMIT 1)) t
  LEFT JOIN LATERAL (SELECT * FROM map_revision WHERE ticket_id = t.id ORDER BY number DESC LIMIT 1) r ON true
  WHERE t.stage IS NOT NULL`;

interface Named {
  readonly project: number;
  readonly id: number | null;
  readonly key: string | null;
}

/** What `nameOf` put together. */
function partsOf(name: string): Named {
  const [project, reference = ''] = name.split(' ');
  return reference.startsWith('#')
    ? { project: Number(project), id: Number(reference.slice(1)), key: null }
    : { project: Number(project), id: null, key: reference };
}

@Injectable()
export class TicketsCache {
  private readonly entries = new LoadingCache<ServedTicket>(BOUNDS);

  private readonly gathered = new Gathered<ServedTicket>((names) => this.readAll(names), GATHERED);

  constructor(
    private readonly db: ServingDb,
    private readonly revisions: RevisionsCache,
  ) {}

  /** How a ticket is named among others: `3 TKT-7` or `3 #7`; undefined for what names none. */
  static nameOf(project: number, reference: string): string | undefined {
    if (/^\d+$/.test(reference)) {
      const id = asId(reference);
      return id === undefined ? undefined : `${project} #${id}`;
    }
    const key = normalKey(reference);
    return key && `${project} ${key}`;
  }

  current = (name: string): ServedTicket | undefined => this.entries.current(name);

  last = (name: string): ServedTicket | undefined => this.entries.last(name);

  /** True where there was none a tenth of a second ago, and no word of any ticket has come since. */
  isAbsent = (name: string): boolean => this.entries.isAbsent(name);

  loadingSince = (name: string): number | undefined => this.entries.loadingSince(name);

  load = (name: string): Promise<ServedTicket | undefined> => this.entries.load(name, () => this.gathered.ask(name));

  private async readAll(names: readonly string[]): Promise<Map<string, ServedTicket>> {
    const asked = names.map((name) => ({ ...partsOf(name), name, known: this.revisions.of(this.last(name)?.id ?? 0) }));
    const rows = await this.db.run<FoundTicket>({
      name: 'served_tickets',
      text: SERVED,
      values: [
        names,
        asked.map(({ project }) => project),
        asked.map(({ id }) => id),
        asked.map(({ key }) => key),
        asked.map(({ known }) => known?.mark ?? ''),
      ],
    });
    const knownOf = new Map(asked.map(({ name, known }) => [name, known]));
    return new Map(rows.map((row) => [row.name, this.served(row, knownOf.get(row.name))]));
  }

  private served(row: FoundTicket, known: Revision | undefined): ServedTicket {
    const { name: _name, revision_id: id, mark, number, whole, carried, git_commit, actor, kept, ...ticket } = row;
    if (id === null) return { ...ticket, revision: 0, delta: NO_MODULES };
    const found = { id, mark, number, whole, carried, git_commit, actor, kept };
    const { delta } = this.revisions.resolve(this.db, ticket.id, found, known);
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
      text: 'SELECT id, version FROM ticket WHERE id = ANY($1::bigint[])',
      values: [ids],
    });
    const now = new Map(rows.map(({ id, version }) => [id, version]));
    this.entries.age(({ id, version }) => now.get(id) !== version);
  }
}
