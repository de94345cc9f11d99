// Layers by ticket and release, for those who take some out of production or bring some back.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { keysOf } from '../domain/delta.js';
import { inOrder, type Layer } from '../domain/layer.js';
import { layersImporting } from './key-history.js';
import { ACTIVE, LAYER_COLUMNS, type LayerColumns, layerOf, ReleaseReader } from './release-reader.js';

export interface TicketLayer extends Layer {
  readonly git_commit: string | null;
  /** The commits that changed its modules, newest first, where whoever promoted it said so. */
  readonly git_commits: readonly string[];
  readonly git_merges: readonly string[];
}

@Injectable()
export class Layers {
  constructor(private readonly releases: ReleaseReader) {}

  /** The newest active layer of a ticket. */
  async ofTicket(sql: Sql, ticket: number): Promise<TicketLayer | undefined> {
    const [row] = await sql.run<LayerColumns & Pick<TicketLayer, 'git_commit' | 'git_commits' | 'git_merges'>>({
      name: 'ticket_layer',
      text: `SELECT ${LAYER_COLUMNS}, l.git_commit, l.git_commits, l.git_merges FROM layer l WHERE l.ticket_id = $1 AND l.removed_in IS NULL
        ORDER BY l.sequence DESC, l.id DESC LIMIT 1`,
      values: [ticket],
    });
    if (!row) return undefined;
    const { git_commit, git_commits, git_merges } = row;
    return { ...layerOf(row), git_commit, git_commits, git_merges };
  }

  /** What the plan of a revert needs: those that go, those at their keys, and those that import what they brought. */
  async around(sql: Sql, project: number, release: number, going: readonly Layer[]): Promise<Layer[]> {
    const keys = [...new Set(going.flatMap(({ delta }) => keysOf(delta)))];
    // A folder that it took away comes back, over one that had more.
    const changed = going.flatMap(({ delta }) =>
      delta.flatMap(({ set, specifier }) => (set || specifier.endsWith('/') ? [specifier] : [])),
    );
    const beside = await this.releases.activeLayers(project, release, keys, sql);
    const importing = await layersImporting(sql, project, release, [...new Set(changed)]);
    const all = new Map([...going, ...beside, ...importing].map((layer) => [layer.id, layer]));
    return inOrder([...all.values()]);
  }

  /** Active in release `now` and not yet there in release `then`. */
  async since(sql: Sql, project: number, then: number, now: number): Promise<Layer[]> {
    const rows = await sql.run<LayerColumns>({
      text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE} AND l.added_in > $3 ORDER BY l.sequence, l.id`,
      values: [project, now, then],
    });
    return rows.map(layerOf);
  }

  /** Active in release `then`, and taken out by release `now`. */
  async lostSince(sql: Sql, project: number, then: number, now: number): Promise<Layer[]> {
    const rows = await sql.run<LayerColumns>({
      text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE} AND l.removed_in <= $3 ORDER BY l.sequence, l.id`,
      values: [project, then, now],
    });
    return rows.map(layerOf);
  }

  /** The keys of tickets by their ids. */
  async ticketKeys(sql: Sql, ids: readonly (number | null)[]): Promise<Map<number, string>> {
    const wanted = [...new Set(ids.filter((id) => id !== null))];
    if (wanted.length === 0) return new Map();
    const rows = await sql.run<{ id: number; key: string }>({
      name: 'ticket_keys',
      text: 'SELECT id, key FROM ticket WHERE id = ANY($1::bigint[])',
      values: [wanted],
    });
    return new Map(rows.map(({ id, key }) => [id, key]));
  }
}
