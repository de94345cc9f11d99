// What there is to read of stages: what differs between two maps, a release with its commits.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { utcSql } from '../../platform/database/time-sql.js';
import { DomainError, invalid } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { mapping } from '../../platform/sliced.js';
import { type KeyState, keyState } from '../domain/conflict.js';
import { type DeltaEntry, entryKey, overlaying } from '../domain/delta.js';
import { diffing } from '../domain/diff.js';
import { production, stageNamed } from '../../projects/stages/stage-order.js';
import type { ImportMap } from '../domain/import-map.js';
import type { MapKey } from '../domain/map-key.js';
import { lastChanges } from '../store/key-history.js';
import { ProductionMaps } from '../store/production-maps.js';
import { deltaOf, type DeltaTicket } from '../store/ticket-deltas.js';
import type { NamedProject } from '../../projects/stages/named-stage.js';
import { MapLanding } from './map-landing.js';
import { differenceView } from './stage-view.js';
import { quoted } from '../../platform/redact.js';

@Injectable()
export class ReadStages {
  constructor(
    private readonly db: Db,
    private readonly landing: MapLanding,
    private readonly productionMaps: ProductionMaps,
  ) {}

  /** Sides are stages and releases (`release:7`). Rejects with not_found, invalid. */
  async diff(id: number, sides: { from?: string | undefined; to?: string | undefined }, base: string): Promise<object> {
    const ticket = await this.ticket(id);
    const live = production(ticket.stages).name;
    const map = await this.productionMaps.at(ticket.project.id, ticket.release);
    const [from, to] = [sides.from ?? live, sides.to ?? (ticket.stage === live ? live : (ticket.stage ?? 'ticket'))];
    const [one, other] = [await this.side(ticket, from, map), await this.side(ticket, to, map)];
    const stateOf = (entry: DeltaEntry): [MapKey, KeyState] => [entryKey(entry), keyState(entry, map)];
    const states = new Map(await inSlices(mapping(deltaOf(ticket), stateOf)));
    const differences = await inSlices(diffing(one, other));
    const stale = [...states].filter(([, state]) => state === 'stale').map(([key]) => key);
    const changes = await lastChanges(this.db, { project: ticket.project.id, except: id }, stale);
    return {
      from,
      to,
      release: ticket.release,
      changes: await inSlices(
        mapping(differences, (difference) => ({
          ...differenceView(difference, ticket.modulesUrl ?? base),
          state: ticket.stage === live ? null : (states.get(difference.key) ?? null),
          overtakes: changes.get(difference.key)?.ticket ?? null,
        })),
      ),
    };
  }

  private async side(ticket: DeltaTicket, name: string, map: ImportMap): Promise<ImportMap> {
    const number = /^release:(\d{1,9})$/.exec(name)?.[1];
    if (number !== undefined) return this.release(ticket, Number(number));
    if (name === production(ticket.stages).name) return map;
    if (name === 'ticket' || stageNamed(ticket.stages, name)) return inSlices(overlaying(map, deltaOf(ticket)));
    const stages = ticket.stages.map((stage) => stage.name).join(', ');
    throw invalid(
      'diff.unknown_side',
      `'${quoted(name, 100)}' is not a side of a diff. Known: ${stages} and release:<number>.`,
    );
  }

  private async release(ticket: DeltaTicket, number: number): Promise<ImportMap> {
    if (number > ticket.release)
      throw new DomainError(
        'not_found',
        'release.unknown',
        `There is no release ${number}: production is at ${ticket.release}.`,
      );
    return this.productionMaps.at(ticket.project.id, number);
  }

  /** As it is now, without a lock. Rejects with not_found. */
  ticket(id: number, sql: Sql = this.db): Promise<DeltaTicket> {
    return this.landing.ticket(sql, id);
  }

  /** A release with the tickets and commits of its active layers; 0 is there before anything is. Rejects with not_found. */
  async releaseDetail({ id, name }: NamedProject, number: number): Promise<string> {
    const [found] = await this.db.run<{ body: string }>({
      name: 'release_detail',
      text: `SELECT json_build_object('number', $2::int, 'project', '/api/v1/project/' || p.id || '/', 'parent', r.parent,
          'kind', COALESCE(r.kind, 'base'), 'ticket', '/api/v1/ticket/' || r.ticket_id || '/', 'key', release_key(r), 'title', release_title(r), 'line', COALESCE(r.line, 'The empty map'), 'actor', COALESCE(r.actor, 'stampline'),
          'created_at', ${utcSql('r.created_at')},
          'live', $2 = COALESCE((SELECT release FROM map_pointer WHERE project_id = $1), 0),
          'import_map', $3 || '/import-map.json?release=' || $2,
          'layers', COALESCE(l.layers, '[]'), 'commits', COALESCE(l.commits, '[]'))::text AS body
        FROM project p LEFT JOIN release r ON r.project_id = p.id AND r.number = $2, LATERAL (SELECT json_agg(json_build_object('ticket', t.key, 'revision', l.revision, 'added_in', l.added_in,
            'git_commit', l.git_commit, 'git_commits', l.git_commits, 'dirty', l.dirty, 'keys', cardinality(l.keys)) ORDER BY l.sequence, l.id) AS layers,
            json_agg(l.git_commit ORDER BY l.sequence, l.id) FILTER (WHERE l.git_commit IS NOT NULL) AS commits
          FROM layer l LEFT JOIN ticket t ON t.id = l.ticket_id
          WHERE l.project_id = $1 AND l.added_in <= $2 AND (l.removed_in IS NULL OR l.removed_in > $2)) l
        WHERE p.id = $1 AND (r.id IS NOT NULL OR $2 = 0)`,
      values: [id, number, name === 'default' ? '' : `/p/${name}`],
    });
    if (!found) throw new DomainError('not_found', 'release.unknown', `There is no release ${number} in ${name}.`);
    return found.body;
  }
}
