// A ticket's modules change: a new revision of its delta (import-maps.md, sections 1 and 2). The first change registers it.
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { inSlices } from '../../platform/in-slices.js';
import { type Principal, requireScope } from '../../platform/principal.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import type { EventDraft, Row } from '../../rest/resource.js';
import { modulesChangedLine, stampedLine } from '../../log/lines/stage-lines.js';
import { HostedModules, requireOneIntegrity, type Settled } from '../store/hosted-modules.js';
import {
  type Change,
  changingDelta,
  type Delta,
  difference,
  keysOf,
  liveAmong,
  type DeltaEntry,
  entryKey,
  type Watched,
} from '../domain/delta.js';
import type { MapKey } from '../domain/map-key.js';
import { deletionOf, type PackageName, replacingPackage } from '../domain/package-keys.js';
import { firstStage, positionAfterPromotion } from '../../projects/stages/stage-order.js';
import type { ImportMap } from '../domain/import-map.js';
import { findOverlaps, lockOverlaps, type Overlap } from '../store/overlaps.js';
import { pastKeys } from '../store/past-values.js';
import { ProductionMaps } from '../store/production-maps.js';
import { hashesIn } from '../store/hosted-hashes.js';
import { judgedBy, type SaidBases } from '../store/source-history.js';
import { deltaOf, type DeltaTicket, type Provenance, TicketDeltas } from '../store/ticket-deltas.js';
import { DeltaQuotas } from './delta-quotas.js';
import { danglingWarnings, leftWarnings, overlapWarning, overtakenWarnings } from './delta-warnings.js';
import { eventKeys } from './event-keys.js';
import type { MapWarning } from './map-warning.js';
import { voidApprovals } from '../../promotion/approvals/follow-revisions.js';
import { MoveTicket, positionOf } from '../../promotion/move-ticket.js';
import { requireFirstStage, requireOpen, requireUnfinished } from '../../promotion/ticket-demands.js';

export type { MapWarning } from './map-warning.js';
export type { Provenance } from '../store/ticket-deltas.js';

export interface DeltaOptions {
  readonly actor: string;
  /** Whose scopes count: changing modules needs that of the first stage. */
  readonly principal: Principal;
  /** The ETags of the ticket that the client accepts; see rest/http/entity-tag.ts. */
  readonly ifMatch: readonly string[] | undefined;
  readonly provenance?: Provenance;
  /** SHA-256 of every blob that the changes lead to, of an upload that brings them; else they are looked up. */
  readonly blobs?: readonly string[] | undefined;
  /** The changes are a watched folder's files: what production has already is none. See changeDelta in domain/delta.ts. */
  readonly watched?: boolean;
  /** And this is what their sender's git says they were made from. */
  readonly said?: SaidBases | undefined;
  /** The changes are all that a package has: what its earlier version had besides goes. */
  readonly replaces?: PackageName | undefined;
  /** The URL that the client calls us by, for the commands in refusals; see requestAction in domain/verdict.ts. */
  readonly base?: string;
}

export interface DeltaReport {
  readonly ticket: number;
  readonly key: string;
  readonly stage: string;
  /** The revision that the ticket is at now; unchanged where the changes change nothing. */
  readonly revision: number;
  readonly version: number;
  /** What a link to its preview has; null where links need none. */
  readonly previewKey: string | null;
  readonly delta: Delta;
  /** The keys of changes that make them what production has already; of watched files the ticket doesn't carry these. */
  readonly live: ReadonlySet<MapKey>;
  readonly warnings: readonly MapWarning[];
}

@Injectable()
export class ChangeDelta {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
    private readonly ownModules: HostedModules,
    private readonly moving: MoveTicket,
    private readonly room: DeltaQuotas,
  ) {}

  /** Before files are kept, whose bytes would stay until the clean-up: rejects with precondition for a version that is over. */
  async expect(tx: Tx, id: number, { ifMatch }: Pick<DeltaOptions, 'ifMatch'>): Promise<void> {
    if (ifMatch === undefined) return;
    const text = 'SELECT version FROM ticket WHERE id = $1';
    const [ticket] = await tx.run<{ version: number }>({ name: 'ticket_version', text, values: [id] });
    if (ticket) requireMatch(ifMatch, versionTag(ticket.version));
  }

  /**
   * Sets and deletes keys of a ticket's delta. Rejects with not_found; conflict `ticket.closed`, `ticket.frozen` (past its
   * first stage: the message has the command that reverts it), `modules.overlap` where the project blocks overlaps;
   * precondition; forbidden `quota.keys`, too_large `quota.files`; what HostedModules.settle rejects with. No changes at all only register the ticket.
   */
  async run(tx: Tx, id: number, asked: readonly Change[], options: DeltaOptions): Promise<DeltaReport> {
    const held = await this.held(tx, plain(asked), options.blobs);
    const { changes } = held;
    const ticket = await this.deltas.lock(tx, id);
    requireMatch(options.ifMatch, versionTag(ticket.version));
    requireOpen(ticket, options.base);
    requireFirstStage(ticket, options.base);
    requireUnfinished(ticket, options.base);
    requireScope(options.principal, `map:${firstStage(ticket.stages).name}`);
    // The pointer isn't locked: a base that a flip overtakes in this moment is stale, which promotion finds.
    const production = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    requireOneIntegrity(changes, production);
    const live = liveAmong(changes, production);
    const { watched, delta, left } = await this.changed(tx, ticket, changes, { live, production }, options);
    await this.room.judgeKeys(tx, ticket, delta, options.actor);
    const overlaps = await this.overlaps(tx, ticket, delta);
    const warnings = [
      ...overlaps.map(overlapWarning),
      ...(await overtakenWarnings(tx, ticket, [...replacing(delta, deltaOf(ticket)), ...delta], production)),
      ...left,
      ...(await danglingWarnings(tx, { ticket, delta, production }, this.ownModules.trees)),
    ];
    const unneeded = new Set(watched ? hashesIn(live) : []);
    const blobs = held.blobs.filter((hash) => !unneeded.has(hash));
    const changed = await this.write(tx, ticket, delta, { ...options, blobs });
    // Last, since all uploads of a project wait for the row. Who leads to files that are there has brought none.
    const owner = options.blobs ? options.principal.name : undefined;
    if (changed) await this.room.countFiles(tx, ticket, blobs, { actor: options.actor, owner });
    return {
      ticket: id,
      key: ticket.key,
      stage: firstStage(ticket.stages).name,
      revision: changed?.revision ?? ticket.revisionNumber,
      version: Number(changed?.row.version ?? ticket.version),
      previewKey: ticket.previewKey,
      delta,
      live: new Set(live.map(entryKey)),
      warnings,
    };
  }

  /** The delta after the changes; `left`: what a package's new version leaves behind. */
  private async changed(
    tx: Tx,
    ticket: DeltaTicket,
    changes: readonly Change[],
    { live, production }: { readonly live: readonly Change[]; readonly production: ImportMap },
    { watched: isWatched, said, replaces }: DeltaOptions,
  ): Promise<{ readonly watched?: Watched; readonly delta: Delta; readonly left: readonly MapWarning[] }> {
    const before = deltaOf(ticket);
    if (isWatched) {
      const watched = await this.watched(tx, ticket, changes, { live, production, said });
      return { watched, delta: await inSlices(changingDelta(before, changes, production, watched)), left: [] };
    }
    if (!replaces) return { delta: await inSlices(changingDelta(before, changes, production)), left: [] };
    const came = new Set(changes.map(entryKey));
    const replaced = await inSlices(replacingPackage(before, production, replaces, came));
    const all = [...changes, ...replaced.dropped.map(deletionOf)];
    const delta = await inSlices(changingDelta(replaced.delta, all, production));
    return { delta, left: leftWarnings(replaces, replaced) };
  }

  private async watched(
    tx: Tx,
    ticket: DeltaTicket,
    changes: readonly Change[],
    { live, production, said }: { live: readonly Change[]; production: ImportMap; said: SaidBases | undefined },
  ): Promise<Watched> {
    const project = ticket.project.id;
    const unsaid = said ? changes.filter((change) => !said.bases.has(entryKey(change))) : changes;
    const past = await pastKeys(tx, project, unsaid, live);
    if (!said) return { past };
    const about = { ticket: ticket.id, project, delta: deltaOf(ticket) };
    return { past, judged: await judgedBy(tx, about, said, production) };
  }

  private async held(tx: Tx, changes: Change[], blobs: DeltaOptions['blobs']): Promise<Settled<Change[]>> {
    return blobs ? { changes, blobs } : this.ownModules.settle(tx, changes);
  }

  /** Other open tickets at the delta's keys. Rejects with conflict where the project blocks them. */
  private async overlaps(tx: Tx, ticket: DeltaTicket, delta: Delta): Promise<Overlap[]> {
    if (ticket.overlap === 'block') await lockOverlaps(tx, ticket.project.id);
    const overlaps = await findOverlaps(tx, ticket.project.id, ticket.id, keysOf(delta));
    const known = new Set<MapKey>(keysOf(deltaOf(ticket)));
    const first = overlaps.find(({ key }) => !known.has(key));
    if (ticket.overlap === 'warn' || !first) return overlaps;
    throw new DomainError(
      'conflict',
      'modules.overlap',
      `${overlapWarning(first).message} This project allows one open ticket for a key: wait until ${first.ticket} is released, or close it.`,
      { data: { overlaps: overlaps.map(overlapWarning) } },
    );
  }

  /** A revision and its event; nothing where the ticket is registered and its delta is what it was. */
  private async write(
    tx: Tx,
    ticket: DeltaTicket,
    delta: Delta,
    { actor, provenance, blobs }: DeltaOptions,
  ): Promise<{ row: Row; revision: number } | undefined> {
    const registered = ticket.stage !== null;
    if (registered && sameDelta(deltaOf(ticket), delta)) return undefined;
    const revision = await this.deltas.write(tx, ticket, { delta, actor, provenance, blobs });
    await this.deltas.moveKeys(tx, ticket, delta);
    await voidApprovals(tx, ticket, actor);
    const stage = firstStage(ticket.stages);
    const keys = keysOf(delta);
    const event: EventDraft = {
      type: registered ? 'ticket.modules_changed' : 'ticket.stamped',
      line: registered
        ? modulesChangedLine(ticket.key, revision, keys.length)
        : stampedLine(ticket.key, stage.name, revision, keys.length),
      data: { stage: stage.name, revision, keys: eventKeys(keys), ...provenance },
    };
    // The first modules, of a new cycle too, bring it to the stage's step.
    const begins = deltaOf(ticket).length === 0;
    const position =
      registered && !begins ? {} : { position: positionAfterPromotion(ticket.stages, stage, positionOf(ticket.row)) };
    return { row: await this.moving.run(tx, ticket, { stage: stage.name, ...position, event }, actor), revision };
  }
}

/** The delta's operations that came for others, on what those were based on. */
function replacing(delta: Delta, before: Delta): DeltaEntry[] {
  const { gone, come } = difference(before, delta);
  const bases = new Map(gone.map((operation) => [entryKey(operation), operation.base]));
  return come.flatMap((operation) => {
    const base = bases.get(entryKey(operation));
    return base === undefined ? [] : [{ ...operation, base }];
  });
}

/** Unchanged operations are the same objects. */
function sameDelta(before: Delta, after: Delta): boolean {
  const { gone, come } = difference(before, after);
  return isDeepStrictEqual(gone, come);
}

/** As the database gives it back: without members that are undefined. */
const plain = (changes: readonly Change[]): Change[] => JSON.parse(JSON.stringify(changes)) as Change[];
