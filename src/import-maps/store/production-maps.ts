// Production's map of each project, in memory: what serving answers from and what a promotion merges into.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import type { ImportMap } from '../domain/import-map.js';
import { type ReleaseMap, ReleaseReader } from './release-reader.js';

@Injectable()
export class ProductionMaps {
  private readonly known = new Map<number, ReleaseMap>();
  /** What transactions made that aren't committed: for themselves alone. */
  private readonly made = new WeakMap<Sql, Map<number, ReleaseMap>>();

  constructor(private readonly releases: ReleaseReader) {}

  /** What this process knows; undefined before anybody asked. */
  latest(project: number): ReleaseMap | undefined {
    return this.known.get(project);
  }

  /** The map of a release: from memory, or advanced from there, or read. */
  async at(project: number, release: number, sql?: Sql): Promise<ImportMap> {
    const own = sql && this.made.get(sql)?.get(project);
    if (own?.release === release) return own.map;
    const known = this.known.get(project);
    if (known && known.release <= release) return this.releases.advance(project, known, release, sql);
    return this.releases.mapAt(project, release, sql);
  }

  /** A transaction makes a release: it knows the map itself from now on, and this process when it is committed. */
  flip(tx: Tx, project: number, now: ReleaseMap): void {
    this.made.set(tx, new Map(this.made.get(tx)).set(project, now));
    tx.afterCommit(() => this.remember(project, now));
  }

  /** Told after the commit of a flip, or by what another process did. An older release than the known one is ignored. */
  remember(project: number, now: ReleaseMap): void {
    const known = this.known.get(project);
    if (!known || known.release < now.release) this.known.set(project, now);
  }
}
