// Makes the map of any release: the nearest snapshot before it, and the keys that changed since folded anew.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import type { Delta } from '../domain/delta.js';
import { foldKeys, type Layer } from '../domain/layer.js';
import type { MapKey } from '../domain/map-key.js';
import { ImportMap, type Target } from '../domain/import-map.js';
import { nameFor, sharesAny } from './layers-by-key.js';

export interface ReleaseMap {
  readonly release: number;
  readonly map: ImportMap;
}

/** SQL over alias `l`: the layer is part of release `$2` of project `$1`. */
export const ACTIVE = 'l.project_id = $1 AND l.added_in <= $2 AND (l.removed_in IS NULL OR l.removed_in > $2)';

export interface LayerColumns {
  id: number;
  sequence: number;
  ticket_id: number | null;
  operations: Delta;
}

export const LAYER_COLUMNS = 'l.id, l.sequence, l.ticket_id, l.operations';

export const layerOf = ({ id, sequence, ticket_id, operations }: LayerColumns): Layer => ({
  id,
  sequence,
  ticket: ticket_id,
  delta: operations,
});

@Injectable()
export class ReleaseReader {
  constructor(private readonly db: Db) {}

  /** The release must exist, but for 0: that is the empty map, also of a project that has no row for it yet. */
  async mapAt(project: number, release: number, sql: Sql = this.db): Promise<ImportMap> {
    if (release === 0) return ImportMap.empty;
    const [nearest] = await sql.run<{ number: number; snapshot: [MapKey, Target][] }>({
      name: 'release_snapshot',
      text: 'SELECT number, snapshot FROM release WHERE project_id = $1 AND number <= $2 AND snapshot IS NOT NULL ORDER BY number DESC LIMIT 1',
      values: [project, release],
    });
    if (!nearest) throw new Error(`Project ${project} has no snapshot at or before release ${release}.`);
    const known = { release: nearest.number, map: ImportMap.of(nearest.snapshot) };
    return this.advance(project, known, release, sql);
  }

  /** From the map of one release to that of a later one; costs what changed between them. */
  async advance(project: number, known: ReleaseMap, release: number, sql: Sql = this.db): Promise<ImportMap> {
    if (known.release === release) return known.map;
    const [touched] = await sql.run<{ keys: MapKey[] }>({
      name: 'release_touched',
      text: `SELECT COALESCE(array_agg(DISTINCT key), '{}') AS keys FROM layer, unnest(keys) key
        WHERE project_id = $1 AND ((added_in > $2 AND added_in <= $3) OR (removed_in > $2 AND removed_in <= $3))`,
      values: [project, known.release, release],
    });
    const keys = touched?.keys ?? [];
    return known.map.with(foldKeys(ImportMap.empty, await this.activeLayers(project, release, keys, sql), keys));
  }

  /** The active layers of a release that touch any of some keys. */
  async activeLayers(project: number, release: number, keys: readonly MapKey[], sql: Sql = this.db): Promise<Layer[]> {
    if (keys.length === 0) return [];
    const rows = await sql.run<LayerColumns>({
      name: nameFor('active_layers', keys),
      text: `SELECT ${LAYER_COLUMNS} FROM layer l WHERE ${ACTIVE} AND ${sharesAny('l.keys', '$3', keys)}`,
      values: [project, release, keys],
    });
    return rows.map(layerOf);
  }
}
