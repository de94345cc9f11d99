// Production's map as it is now: kept up with what other processes flip, and moved there key by key.
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { ImportMap } from '../domain/import-map.js';
import { productionRelease } from '../../promotion/production-pointer.js';
import { ProductionMaps } from '../store/production-maps.js';
import type { ReleaseMap } from '../store/release-reader.js';
import { ServingDb } from './serving-db.js';

@Injectable()
export class ProductionNow {
  /** What each project is moved to, where it is on its way. */
  private readonly moving = new Map<number, { wanted: number; done: Promise<void> }>();

  constructor(
    private readonly maps: ProductionMaps,
    private readonly db: ServingDb,
  ) {}

  last = (project: number): ReleaseMap | undefined => this.maps.latest(project);

  /** Asks where production is and goes there. */
  async load(project: number, sql: Sql = this.db): Promise<ReleaseMap> {
    await this.moveTo(project, await productionRelease(sql, project), sql);
    return this.maps.latest(project) as ReleaseMap;
  }

  /** Rejects where the database can't be asked; then the map stays the one it was. */
  moveTo(project: number, release: number, sql: Sql = this.db): Promise<void> {
    const known = this.maps.latest(project);
    if (known && known.release >= release) return Promise.resolve();
    const move = this.moving.get(project);
    if (move) {
      move.wanted = Math.max(move.wanted, release);
      // It may have arrived in this very moment, where it was sent before.
      return move.done.then(() => this.moveTo(project, release, sql));
    }
    const next = { wanted: release, done: Promise.resolve() };
    next.done = this.move(project, next, sql).finally(() => this.moving.delete(project));
    this.moving.set(project, next);
    return next.done;
  }

  /** Ten flips in a row are one way, or two. */
  private async move(project: number, move: { wanted: number }, sql: Sql): Promise<void> {
    for (let at = -1; at < move.wanted;) {
      at = move.wanted;
      const map = at === 0 ? ImportMap.empty : await this.maps.at(project, at, sql);
      this.maps.remember(project, { release: at, map });
    }
  }

  /** The projects of `ids` whose production is elsewhere by now are moved there. */
  async compare(sql: Sql, ids: readonly number[]): Promise<void> {
    const known = ids.filter((id) => this.maps.latest(id));
    if (known.length === 0) return;
    const rows = await sql.run<{ project_id: number; release: number }>({
      name: 'served_pointers',
      text: 'SELECT project_id, release FROM map_pointer WHERE project_id = ANY($1::bigint[])',
      values: [known],
    });
    await Promise.all(rows.map(({ project_id, release }) => this.moveTo(project_id, release, sql)));
  }
}
