// A direct write to production: a layer without a ticket (import-maps.md, section 1).
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { handedOver, handOver } from '../../platform/database/hand-over.js';
import { DomainError } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { releaseLine } from '../../log/lines/stage-lines.js';
import { DeltaQuotas } from './delta-quotas.js';
import { HostedModules, requireOneIntegrity } from '../store/hosted-modules.js';
import { type Change, changingDelta, type Delta, keysOf, overlaying } from '../domain/delta.js';
import { sameTarget, type ImportMap } from '../domain/import-map.js';
import type { Hold } from '../../promotion/domain/hold.js';
import { production } from '../../projects/stages/stage-order.js';
import { locksOf } from '../../promotion/holds/held-rows.js';
import { requireUnlocked } from '../../promotion/holds/stage-locks.js';
import { lockPointer } from '../../promotion/production-pointer.js';
import { DirectReleases } from '../store/direct-releases.js';
import { ProductionMaps } from '../store/production-maps.js';
import { eventKeys } from './event-keys.js';
import { type NamedProject, NamedProjects } from '../../projects/stages/named-stage.js';
import { USUAL_BASE } from '../../promotion/ticket-demands.js';

export interface DirectWrite {
  readonly actor: string;
  /** What the release's line in the history says. */
  readonly line: string;
  /** The release that the caller saw; another one is refused. */
  readonly ifRelease?: number;
  /** The URL that the client calls us by, for the command in a refusal. */
  readonly base?: string;
}

@Injectable()
export class WriteProduction {
  constructor(
    private readonly productionMaps: ProductionMaps,
    private readonly releases: DirectReleases,
    private readonly projects: NamedProjects,
    private readonly ownModules: HostedModules,
    private readonly room: DeltaQuotas,
  ) {}

  /**
   * Locks production, lets `decide` look at its map and its release and say what changes, and makes the release. Nothing to change: no
   * release, and the answer is what production is at. Rejects with precondition `release.changed`; conflict `stage.locked`;
   * what HostedModules.settle rejects with.
   */
  async run(
    tx: Tx,
    project: number,
    decide: (production: ImportMap, release: number) => Promise<readonly Change[]>,
    { actor, line, ifRelease, base = USUAL_BASE }: DirectWrite,
  ): Promise<{ release: number; map: ImportMap }> {
    const pointer = known(handedOver(tx), project) ?? (await this.lock(tx, project));
    const { release: parent, place, locks } = pointer;
    if (ifRelease !== undefined && ifRelease !== parent) throw changed(parent, ifRelease);
    const before = await this.productionMaps.at(project, parent, tx);
    const { changes, blobs } = await this.ownModules.settle(tx, await decide(before, parent));
    requireOneIntegrity(changes, before);
    const delta = effective(await inSlices(changingDelta([], changes, before)));
    if (delta.length === 0) {
      handOver(tx, pointer);
      return { release: parent, map: before };
    }
    requireUnlocked({ stage: production(place.stages).name, project: place.name }, locks, base);
    const map = await inSlices(overlaying(before, delta));
    const release = parent + 1;
    const event = {
      type: 'release.created' as const,
      subject: `release/${project}/${release}`,
      actor,
      project,
      ticket: null,
      subticket: null,
      version: null,
      line: releaseLine(release, line),
      link: `/api/v1/release/${release}/?project=${project}`,
      data: { release, parent, keys: eventKeys(keysOf(delta)) },
    };
    const written = this.releases.write(tx, { project, parent, delta, blobs, map, line, actor, event });
    // Files are counted behind it.
    if (blobs.length === 0) handOver(tx, { ...pointer, release });
    await written;
    await this.room.countReleased(tx, project, blobs, actor);
    return { release, map };
  }

  private async lock(tx: Tx, project: number): Promise<LockedPointer> {
    // Sent together: each of these sees what was committed before it had its turn, and so what is so behind the lock.
    const [release, place, locks] = await Promise.all([
      lockPointer(tx, project),
      this.projects.withId(project, tx),
      locksOf(tx, project),
    ]);
    return { project, release, place, locks };
  }
}

/** What is so as long as a transaction holds the pointer: who sets a lock takes it, too. */
interface LockedPointer {
  readonly project: number;
  readonly release: number;
  readonly place: NamedProject;
  readonly locks: ReadonlyMap<string, Hold>;
}

const known = (left: unknown, project: number): LockedPointer | undefined =>
  (left as LockedPointer | undefined)?.project === project ? (left as LockedPointer) : undefined;

/** Without what production has already. */
const effective = (delta: Delta): Delta => delta.filter(({ set, base }) => !sameTarget(set, base));

const changed = (now: number, seen: number): DomainError =>
  new DomainError(
    'precondition',
    'release.changed',
    `Production is at release ${now}, not ${seen}. It changed since you read it. Review, then repeat with If-Match: "${now}".`,
    { data: { release: now } },
  );
