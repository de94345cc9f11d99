// Writes releases: the layer that comes, those that go, the release, and the pointer's compare-and-swap, in one statement.
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { type Delta, importsOf, isDirty, isFromClone, keysOf } from '../domain/delta.js';
import type { ImportMap } from '../domain/import-map.js';
import type { Revision } from './revisions-cache.js';
import { MapChanges } from '../../promotion/map-changes.js';
import { MAP_CHANNEL, type MapNews } from '../../promotion/production-pointer.js';
import { ProductionMaps } from './production-maps.js';
import type { RevisionGit } from './revision-git.js';
import { blobOwner } from './ticket-deltas.js';

export interface NewRelease {
  readonly project: number;
  /** What the locked pointer is at. */
  readonly parent: number;
  readonly kind: 'promote' | 'revert' | 'rollback' | 'write';
  /** Whose promotion or revert it is. */
  readonly ticket?: number;
  /** What comes: a ticket's revision, or a direct write. */
  readonly layer?: {
    readonly delta: Delta;
    readonly revision?: Revision;
    /** What it leads to, beside what the revision does. */
    readonly blobs: readonly string[];
    /** Where it isn't known now, what an earlier promotion of the revision said. */
    readonly git?: RevisionGit | undefined;
  };
  /** The layers that go. */
  readonly gone?: readonly number[];
  /** Production as it is with this release. */
  readonly map: ImportMap;
  readonly line: string;
  readonly actor: string;
}

const NO_GIT: RevisionGit = {};
const NO_LAYER = { delta: [], revision: undefined, blobs: [], git: undefined };

/** Bytes that the index of imports takes; longer specifiers are `data:` URLs, which no map leads elsewhere. */
const LONGEST_IMPORT = 2000;

/** What the index of imports has of a delta. */
export const importsToFind = (delta: Delta): string[] =>
  importsOf(delta).filter((specifier) => Buffer.byteLength(specifier) <= LONGEST_IMPORT);

/** Null: what an earlier promotion said. */
const gitValues = ({ commits, merges = [], foundIn }: RevisionGit): unknown[] => [
  ...[commits ?? null, commits ? merges : null, foundIn ?? null],
];

/**
 * The commit that the uploads of this cycle came from, where all name one, as no promotion said which commits made the change: $24 says
 * whether that is asked. What was in no commit as it came has none.
 */
const OWN_COMMIT = `SELECT array_agg(DISTINCT v.git_commit) FILTER (WHERE v.git_commit IS NOT NULL) AS commits FROM map_revision v
  WHERE $24 AND v.ticket_id = $5 AND v.number <= $6
    AND v.number > COALESCE((SELECT max(l.revision) FROM layer l WHERE l.ticket_id = $5 AND l.removed_in IS NULL), 0)
  HAVING count(DISTINCT v.git_commit) = 1 AND NOT bool_or(v.dirty)`;

const asksOwnCommit = ({ ticket, layer }: NewRelease): boolean =>
  ticket !== undefined &&
  Boolean(layer?.revision?.git_commit) &&
  layer?.git?.commits === undefined &&
  !isFromClone(layer?.delta ?? []);

const newsOf = (project: number, release: number, ticket: number | null): MapNews =>
  ticket === null ? { project, release } : { project, release, ticket };

@Injectable()
export class Releases {
  constructor(
    private readonly maps: ProductionMaps,
    private readonly changes: MapChanges,
  ) {}

  /**
   * Called with the pointer locked. Answers the new release's number; its ticket's keys are in nobody's way any more. This
   * process has the new map when the COMMIT is answered, and the others are notified. All is sent, and the transaction knows the
   * new map, when this returns its promise.
   */
  async write(tx: Tx, release: NewRelease): Promise<number> {
    const { project, parent, kind, ticket = null, layer, gone = [], line, actor, map } = release;
    const number = parent + 1;
    const news = newsOf(project, number, ticket);
    const { delta, revision, blobs, git = NO_GIT } = layer ?? NO_LAYER;
    const written = tx.run({
      name: 'release_write',
      text: `WITH own AS (${OWN_COMMIT}), l AS (INSERT INTO layer (project_id, sequence, added_in, ticket_id, revision, operations, keys, imports, git_commit, dirty, git_commits, git_merges)
          SELECT $1, $3, $3, $5, $6, $7::jsonb, $8, $9, COALESCE($22, NULLIF(v.found_in, ''), $10), $19,
            COALESCE($20::text[], NULLIF(v.git_commits, '{}'), (SELECT commits FROM own), '{}'), COALESCE($21::text[], v.git_merges, '{}')
          FROM (SELECT 1) one LEFT JOIN map_revision v ON v.id = $23::bigint WHERE $11 RETURNING id),
        held AS (SELECT hash FROM blob WHERE hash = ANY($12::text[]) ORDER BY hash FOR KEY SHARE),
        u AS (INSERT INTO blob_use (owner, hash) SELECT 'layer/' || l.id, b.hash
          FROM l, (SELECT hash FROM held UNION SELECT hash FROM blob_use WHERE owner = ANY($13::text[])) b),
        g AS (UPDATE layer SET removed_in = $3 WHERE id = ANY($14::bigint[])),
        k AS (DELETE FROM ticket_key WHERE $11 AND ticket_id = $5),
        r AS (INSERT INTO release (project_id, number, parent, kind, ticket_id, layer_id, line, actor, live_since)
          VALUES ($1, $3, $2, $4, $5, (SELECT id FROM l), $15, $16,
            GREATEST(clock_timestamp(), (SELECT b.live_since FROM release b WHERE b.project_id = $1 AND b.number = $2))))
        UPDATE map_pointer SET release = $3 WHERE project_id = $1 AND release = $2 RETURNING pg_notify($17, $18)`,
      values: [
        project,
        parent,
        number,
        kind,
        ticket,
        revision?.number ?? null,
        JSON.stringify(delta),
        keysOf(delta),
        importsToFind(delta),
        revision?.git_commit ?? null,
        layer !== undefined,
        blobs,
        ticket === null ? [] : [`revision/${revision?.id ?? 0}`, blobOwner(ticket)],
        gone,
        line,
        actor,
        MAP_CHANNEL,
        JSON.stringify(news),
        isDirty(delta),
        ...gitValues(git),
        revision?.id ?? null,
        asksOwnCommit(release),
      ],
    });
    this.maps.flip(tx, project, { release: number, map });
    this.changes.follow(tx, news);
    const moved = await written;
    if (moved.length === 0) throw new Error(`Production of project ${project} left release ${parent} under its lock.`);
    return number;
  }

  /** Brings layers back that were taken out, without their tickets, at the places that they had. */
  async restore(tx: Tx, layers: readonly number[], release: number): Promise<void> {
    await tx.run({
      name: 'layers_restore',
      text: `WITH o AS MATERIALIZED (SELECT l.*, nextval(pg_get_serial_sequence('layer', 'id')) AS new_id
          FROM layer l WHERE l.id = ANY($1::bigint[])),
        i AS (INSERT INTO layer (id, project_id, sequence, added_in, revision, operations, keys, imports, git_commit, dirty, git_commits, git_merges)
          SELECT new_id, project_id, sequence, $2, revision, operations, keys, imports, git_commit, dirty, git_commits, git_merges FROM o)
        INSERT INTO blob_use (owner, hash) SELECT 'layer/' || o.new_id, b.hash
          FROM o JOIN blob_use b ON b.owner = 'layer/' || o.id`,
      values: [layers, release],
    });
  }
}
