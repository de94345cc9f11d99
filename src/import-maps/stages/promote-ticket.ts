// POST ticket/<id>/promote/ (import-maps.md, section 4): on to the next stage; into the last one is a release.
import type { OperationContext } from '../../rest/operations/operation-context.js';
import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/db.js';
import { DomainError } from '../../platform/errors.js';
import { requireScope } from '../../platform/principal.js';
import { requireMatch, versionTag } from '../../rest/http/entity-tag.js';
import { promotedLine } from '../../log/lines/stage-lines.js';
import { committed, isDirty, keysOf } from '../domain/delta.js';
import { positionAfterPromotion, production, type Stage, stageAfter } from '../../projects/stages/stage-order.js';
import { type Forced, overridden } from '../domain/imports-policy.js';
import { allPass, type Verdict, worstFirst } from '../../promotion/domain/verdict.js';
import { carryApprovals } from '../../promotion/approvals/follow-revisions.js';
import { Policies } from '../../promotion/policies.js';
import { lockPointerOf } from '../../promotion/production-pointer.js';
import { hashesIn } from '../store/hosted-hashes.js';
import { ProductionMaps } from '../store/production-maps.js';
import { Releases } from '../store/releases.js';
import { carryGit, keepGit, type RevisionGit } from '../store/revision-git.js';
import { deltaOf, TicketDeltas, type StampedTicket } from '../store/ticket-deltas.js';
import { tellForced } from './force-body.js';
import { MoveTicket, positionOf } from '../../promotion/move-ticket.js';
import { promotionOf } from './map-landing.js';
import { PromotedMaps } from './promoted-maps.js';
import { differencesAt, type StageChange } from './stage-change.js';
import { requireOpen, requireStamped } from '../../promotion/ticket-demands.js';
import type { CodeOf } from '../../platform/refusals/refusals.js';
import type { EventDraft } from '../../rest/resource.js';

export interface PromoteOptions extends OperationContext {
  /** The production release that the client saw. */
  readonly release?: number | undefined;
  /** What is known of git: the release has it, and where this is no release yet, the one that follows. */
  readonly git?: RevisionGit | undefined;
  /** Who goes past the policy `imports`, and why. */
  readonly forced?: Forced | undefined;
}

/** What the promotion went past; the history has it for good. */
interface OverriddenPolicy {
  readonly policy: string;
  readonly name?: string;
  readonly summary: string;
}

type Decided = PromoteOptions & { readonly overridden: readonly OverriddenPolicy[] };

@Injectable()
export class PromoteTicket {
  constructor(
    private readonly deltas: TicketDeltas,
    private readonly productionMaps: ProductionMaps,
    private readonly releases: Releases,
    private readonly policies: Policies,
    private readonly moving: MoveTicket,
  ) {}

  /**
   * Rejects with not_found; precondition; conflict `ticket.closed`, `ticket.unstamped`, `ticket.released`,
   * `release.changed` (with the new one), or the worst verdict's code where a policy refuses, with all `verdicts`.
   */
  async run(tx: Tx, id: number, options: PromoteOptions): Promise<StageChange> {
    // Before the ticket, and wherever it goes: a stage that somebody locks stays as it is until this is done.
    const [, locked] = await Promise.all([lockPointerOf(tx, id), this.lock(tx, id, options)]);
    const ticket = requireStamped(locked, options.base);
    const next = stageAfter(ticket.stages, ticket.stage);
    if (!next) throw released(ticket);
    requireScope(options.principal, `map:${next.name}`);
    const map = await this.productionMaps.at(ticket.project.id, ticket.release, tx);
    requireRelease(ticket, options.release);
    const maps = new PromotedMaps(map, deltaOf(ticket));
    const overridden = await this.requirePass(tx, ticket, next, maps, options);
    const kept = await this.keepCommit(tx, ticket, options);
    return next.name === production(ticket.stages).name
      ? this.release(tx, kept, next, maps, { ...options, overridden })
      : this.freeze(tx, kept, next, maps, { ...options, overridden });
  }

  /** What came before it was committed, and is in a commit now, is a revision that says so. */
  private async keepCommit(tx: Tx, ticket: StampedTicket, { git, actor }: PromoteOptions): Promise<StampedTicket> {
    const delta = committed(deltaOf(ticket));
    if (git?.foundIn === undefined || delta === deltaOf(ticket)) return ticket;
    const written = { delta, actor, provenance: { git_commit: git.foundIn } };
    const number = await this.deltas.write(tx, ticket, written);
    const revision = await this.deltas.revision(tx, ticket.id, number);
    if (ticket.revision && revision) await carryGit(tx, ticket.revision.id, revision.id);
    await carryApprovals(tx, ticket, number);
    return { ...ticket, revision, revisionNumber: number };
  }

  private async requirePass(
    tx: Tx,
    ticket: StampedTicket,
    next: Stage,
    maps: PromotedMaps,
    { base, forced }: PromoteOptions,
  ): Promise<readonly OverriddenPolicy[]> {
    const verdicts = await this.policies.ask(tx, promotionOf(ticket, maps, next, base));
    const judged = forced ? worstFirst(verdicts.map((one) => overridden(one, forced))) : verdicts;
    refuseUnlessPass(ticket, next, judged);
    if (forced) await tellForced(tx, ticket, verdicts, forced);
    return judged
      .filter(({ verdict }) => verdict === 'pass_overridden')
      .map(({ policy, name, summary }) => ({ policy, ...(name === undefined ? {} : { name }), summary }));
  }

  private async lock(tx: Tx, id: number, { ifMatch, base }: PromoteOptions): ReturnType<TicketDeltas['lock']> {
    const ticket = await this.deltas.lock(tx, id);
    requireMatch(ifMatch, versionTag(ticket.version));
    requireOpen(ticket, base);
    return ticket;
  }

  private async freeze(
    tx: Tx,
    ticket: StampedTicket,
    next: Stage,
    maps: PromotedMaps,
    { actor, overridden: past, git = {} }: Decided,
  ): Promise<StageChange> {
    const delta = deltaOf(ticket);
    const revision = ticket.revisionNumber;
    if (ticket.revision) await keepGit(tx, ticket.revision.id, git);
    const event: EventDraft = {
      type: 'ticket.promoted',
      line: promotedLine({ key: ticket.key, from: ticket.stage, to: next.name, revision }),
      data: { revision, ...overriddenData(past) },
    };
    const position = positionAfterPromotion(ticket.stages, next, positionOf(ticket.row));
    const row = await this.moving.run(tx, ticket, { stage: next.name, position, event }, actor);
    return {
      ticket,
      row,
      revision,
      changes: await differencesAt(keysOf(delta), maps.production, await maps.merged),
    };
  }

  private async release(
    tx: Tx,
    ticket: StampedTicket,
    next: Stage,
    maps: PromotedMaps,
    { actor, overridden: past, git }: Decided,
  ): Promise<StageChange> {
    const delta = deltaOf(ticket);
    const revision = ticket.revisionNumber;
    const release = ticket.release + 1;
    const after = await maps.merged;
    const written = this.releases.write(tx, {
      project: ticket.project.id,
      parent: ticket.release,
      kind: 'promote',
      ticket: ticket.id,
      layer: {
        delta,
        blobs: hashesIn(delta),
        ...(ticket.revision ? { revision: ticket.revision } : {}),
        git,
      },
      line: `${ticket.key} promoted: revision ${revision}${isDirty(delta) ? ', with uncommitted work' : ''}`,
      actor,
      map: after,
    });
    const event: EventDraft = {
      type: 'ticket.promoted',
      line: promotedLine({ key: ticket.key, from: ticket.stage, to: next.name, release }),
      data: { revision, release, ...overriddenData(past) },
    };
    const position = positionAfterPromotion(ticket.stages, next, positionOf(ticket.row));
    const moved = this.moving.run(tx, ticket, { stage: next.name, position, event, announced: true }, actor);
    const [, row] = await Promise.all([written, moved]);
    const flip = { project: ticket.project.id, release, map: after };
    return { ticket, row, revision, flip, changes: await differencesAt(keysOf(delta), maps.production, after) };
  }
}

const overriddenData = (overridden: readonly OverriddenPolicy[]): object =>
  overridden.length === 0 ? {} : { overridden };

function requireRelease(ticket: StampedTicket, expected: number | undefined): void {
  if (expected === undefined || expected === ticket.release) return;
  throw new DomainError(
    'conflict',
    'release.changed',
    `Production is at release ${ticket.release}, not ${expected}. It changed since you read it. Review, then repeat with "release": ${ticket.release}, or leave it out.`,
    { data: { release: ticket.release } },
  );
}

function refuseUnlessPass(ticket: StampedTicket, next: Stage, verdicts: readonly Verdict[]): void {
  const [worst] = verdicts;
  if (!worst || allPass(verdicts)) return;
  const next_actions = verdicts.flatMap((verdict) => verdict.next_actions);
  // What doesn't pass has the code of a refusal.
  throw new DomainError('conflict', worst.code as CodeOf<'conflict'>, worst.summary, {
    data: { ticket: ticket.key, stage: ticket.stage, to: next.name, release: ticket.release, verdicts, next_actions },
  });
}

const released = ({ key, stage }: StampedTicket): DomainError =>
  new DomainError(
    'conflict',
    'ticket.released',
    `${key} is already at ${stage}, the last stage. Reopen it for a new cycle.`,
    {
      data: { ticket: key, stage },
    },
  );
