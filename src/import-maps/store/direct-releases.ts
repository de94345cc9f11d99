// Writes the releases of direct writes. Of those without files, in a batch of writers (platform/database/group-commit.ts), all
// that were decided one upon the other go into the database in one statement, and their events in another; each is still a layer,
// a release and an event of its own.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { isHandingOver } from '../../platform/database/hand-over.js';
import { appendEvent, appendReady, type EventValues, eventValues, type NewEvent } from '../../log/append-event.js';
import { type Delta, isDirty, keysOf } from '../domain/delta.js';
import type { ImportMap } from '../domain/import-map.js';
import { MapChanges } from '../../promotion/map-changes.js';
import { MAP_CHANNEL } from '../../promotion/production-pointer.js';
import { ProductionMaps } from './production-maps.js';
import { importsToFind, Releases } from './releases.js';

export interface DirectRelease {
  readonly project: number;
  /** What the locked pointer is at, with what was left before. */
  readonly parent: number;
  readonly delta: Delta;
  /** Files that it leads to. */
  readonly blobs: readonly string[];
  /** Production as it is with this release. */
  readonly map: ImportMap;
  readonly line: string;
  readonly actor: string;
  readonly event: NewEvent;
}

/** What was left, one upon the other, and is sent together. */
interface Left {
  readonly rows: object[];
  readonly events: EventValues[];
  readonly sent: Promise<void>;
}

@Injectable()
export class DirectReleases {
  private readonly left = new WeakMap<Tx, Left>();

  constructor(
    private readonly maps: ProductionMaps,
    private readonly changes: MapChanges,
    private readonly releases: Releases,
  ) {}

  /**
   * Called with the pointer locked. The transaction knows the new map when this returns its promise, which resolves when the
   * release is written: in a writer's turn that is handed over with what the next ones leave, else at once.
   */
  async write(tx: Tx, release: DirectRelease): Promise<void> {
    const { project, parent, delta, blobs, map, line, actor, event } = release;
    if (blobs.length > 0) {
      const layer = { delta, blobs };
      const written = this.releases.write(tx, { project, parent, kind: 'write', layer, line, actor, map });
      return void (await Promise.all([written, appendEvent(tx, event)]));
    }
    const number = parent + 1;
    const left = this.leftIn(tx, release);
    left.rows.push({
      number,
      operations: delta,
      keys: keysOf(delta),
      imports: importsToFind(delta),
      dirty: isDirty(delta),
      line,
      actor,
    });
    left.events.push(eventValues(event));
    this.maps.flip(tx, project, { release: number, map });
    this.changes.follow(tx, { project, release: number });
    if (!isHandingOver(tx)) tx.sendLeft();
    await left.sent;
  }

  /** Of one project; a batch has one pointer. */
  private leftIn(tx: Tx, first: DirectRelease): Left {
    const known = this.left.get(tx);
    if (known) return known;
    const [rows, events]: [object[], EventValues[]] = [[], []];
    const sent = new Promise<void>((resolve) =>
      tx.leave(() => {
        this.left.delete(tx);
        resolve(send(tx, first, rows, events));
      }),
    );
    const left = { rows, events, sent };
    this.left.set(tx, left);
    return left;
  }
}

/** The releases, their layers, the pointer's compare-and-swap, what other processes are told of the last one; and the events. */
async function send(
  tx: Tx,
  { project, parent }: DirectRelease,
  rows: readonly object[],
  events: readonly EventValues[],
): Promise<void> {
  const last = parent + rows.length;
  const [moved] = await Promise.all([
    tx.run({
      name: 'releases_write',
      text: `WITH g AS MATERIALIZED (SELECT o.*, nextval(pg_get_serial_sequence('layer', 'id')) AS layer_id
          FROM jsonb_to_recordset($3::jsonb) AS o(number int, operations jsonb, keys jsonb, imports jsonb, dirty boolean, line text, actor text)
          ORDER BY o.number),
        s AS MATERIALIZED (SELECT GREATEST(clock_timestamp(),
          (SELECT b.live_since FROM release b WHERE b.project_id = $1 AND b.number = $2)) AS since),
        l AS (INSERT INTO layer (id, project_id, sequence, added_in, operations, keys, imports, dirty)
          SELECT layer_id, $1, number, number, operations, ARRAY(SELECT jsonb_array_elements_text(keys)),
            ARRAY(SELECT jsonb_array_elements_text(imports)), dirty FROM g),
        r AS (INSERT INTO release (project_id, number, parent, kind, layer_id, line, actor, live_since)
          SELECT $1, number, number - 1, 'write', layer_id, line, actor, since FROM g, s ORDER BY number)
        UPDATE map_pointer SET release = $4 WHERE project_id = $1 AND release = $2 RETURNING pg_notify($5, $6)`,
      values: [project, parent, JSON.stringify(rows), last, MAP_CHANNEL, JSON.stringify({ project, release: last })],
    }),
    appendReady(tx, events),
  ]);
  if (moved.length === 0) throw new Error(`Production of project ${project} left release ${parent} under its lock.`);
}
