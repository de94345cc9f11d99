// A direct write to production: a layer without a ticket (import-maps.md, section 1).
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import type { Change } from '../domain/delta.js';
import type { StampedMap } from '../domain/stamped-map.js';

export interface WriteOptionsOfProduction {
  readonly actor: string;
  /** What the release's line in the history says. */
  readonly line: string;
  /** The release that the caller saw; another one is refused. */
  readonly ifRelease?: number;
}

@Injectable()
export class WriteProduction {
  /**
   * Locks production, lets `decide` look at its map and say what changes, and makes the release. Nothing to change: no
   * release, and the answer is what production is at. After the commit the caller hands the answer to
   * `ProductionMaps.remember` and `MapChanges.changed`. Rejects with precondition `release.changed`.
   */
  run(
    _tx: Tx,
    _projectId: number,
    _decide: (production: StampedMap) => readonly Change[],
    _options: WriteOptionsOfProduction,
  ): Promise<{ release: number; map: StampedMap }> {
    return Promise.reject(new Error('not built yet'));
  }
}
