// The facts that the policies of a promotion decide on, read once, and their verdicts (promotion.md, "Policies").
import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/statement.js';
import { inSlices } from '../../platform/in-slices.js';
import { wireTime } from '../../platform/time-text.js';
import { isFailed } from '../../workflow/move.js';
import { findingStale } from '../domain/conflict.js';
import { conflictsVerdict } from '../domain/conflicts-policy.js';
import { keysOf } from '../domain/delta.js';
import { holdVerdict } from '../../promotion/domain/hold-policy.js';
import { lockVerdict } from '../../promotion/domain/lock-policy.js';
import { firstStage, stageAfter, stageBefore } from '../../projects/stages/stage-order.js';
import type { StampedMap } from '../domain/import-map.js';
import { sourcesVerdict } from '../domain/sources-policy.js';
import { type StepsFacts, stepsVerdict } from '../../promotion/domain/steps-policy.js';
import { type Verdict, worstFirst } from '../../promotion/domain/verdict.js';
import { workStateOf } from '../../tickets/ticket-state.js';
import { holdOf } from '../../promotion/holds/held-rows.js';
import { findOverlaps } from '../store/overlaps.js';
import { deltaOf, type LockedTicket } from '../store/ticket-deltas.js';
import { ImportsCheck } from './imports-check.js';
import type { PromotedMaps } from './promoted-maps.js';
import { overtakenOf } from './stale-facts.js';

interface LiveSubticket {
  id: number;
  name: string | null;
  step: number;
  status: number;
}

/** Its times as every answer has them: those of rows come as Postgres writes them in JSON. */
const asTold = (verdict: Verdict): Verdict => ({ ...verdict, since: wireTime(verdict.since) });

@Injectable()
export class Policies {
  constructor(private readonly imports: ImportsCheck) {}

  /** Worst first. `maps` are what a promotion would merge into and come to; `base` the URL that the client calls us by. */
  async ask(tx: Sql, ticket: LockedTicket, maps: PromotedMaps, base: string): Promise<Verdict[]> {
    const verdicts = await Promise.all([
      this.steps(tx, ticket, base),
      this.conflicts(tx, ticket, maps.production, base),
      this.hold(tx, ticket, base),
      this.lock(tx, ticket, base),
      this.imports.ask(tx, ticket, maps, base),
    ]);
    return worstFirst([...verdicts.flat(), ...this.sources(ticket)]).map(asTold);
  }

  private async steps(tx: Sql, ticket: LockedTicket, base: string): Promise<Verdict> {
    const rows = await tx.run<LiveSubticket>({
      name: 'live_subtickets_named',
      text: `SELECT s.id, p.name, s.current_workflow_step AS step, s.status FROM subticket s
          LEFT JOIN spu u ON u.id = s.source_package_upload_id LEFT JOIN sourcepackage p ON p.id = u.sourcepackage_id
        WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL ORDER BY s.id`,
      values: [ticket.id],
    });
    const now = workStateOf(ticket.row);
    const subtickets = rows.map((row) => ({ ...row, name: row.name ?? `subticket ${row.id}`, failed: isFailed(row) }));
    const facts: StepsFacts = {
      ticketKey: ticket.key,
      ticketId: ticket.id,
      failed: isFailed(now),
      failure: now.failure,
      subtickets,
    };
    return stepsVerdict(facts, String(ticket.row.step_entered_at), base);
  }

  private async conflicts(tx: Sql, ticket: LockedTicket, production: StampedMap, base: string): Promise<Verdict> {
    const delta = deltaOf(ticket);
    const [stale, overlaps] = await Promise.all([
      inSlices(findingStale(delta, production)).then((keys) => overtakenOf(tx, ticket, keys)),
      findOverlaps(tx, ticket.project.id, ticket.id, keysOf(delta)),
    ]);
    const frozen = ticket.stage !== null && ticket.stage !== firstStage(ticket.line).name;
    const before = frozen ? stageBefore(ticket.line, ticket.stage)?.name : undefined;
    const since = stale.flatMap(({ change }) => change?.since ?? []).sort()[0] ?? String(ticket.row.updated_at);
    return conflictsVerdict(
      {
        ticketKey: ticket.key,
        ticketId: ticket.id,
        stale,
        ...(before && ticket.stage ? { frozen: { stage: ticket.stage, before } } : {}),
        overlaps: overlaps.map(({ key, ticket: otherTicket }) => ({ key, otherTicket })),
        overlapMode: ticket.overlap,
      },
      since,
      base,
    );
  }

  private async hold(tx: Sql, { id, key, row }: LockedTicket, base: string): Promise<Verdict> {
    const facts = { ticketKey: key, ticketId: id, hold: await holdOf(tx, { ticket: id }) };
    return holdVerdict(facts, String(row.updated_at), base);
  }

  private sources({ key, project, revision, row }: LockedTicket): Verdict[] {
    const facts = { ticketKey: key, project: project.name, delta: revision?.delta ?? [] };
    return [sourcesVerdict(facts, String(row.updated_at))].filter((one) => one !== undefined);
  }

  /** Of the stage that comes next; a released ticket has none. */
  private async lock(tx: Sql, { line, stage, project, row }: LockedTicket, base: string): Promise<Verdict[]> {
    const next = stage === null ? undefined : stageAfter(line, stage);
    if (!next) return [];
    const lock = await holdOf(tx, { project: project.id, stage: next.name });
    return [lockVerdict({ stage: next.name, project: project.name }, lock, String(row.updated_at), base)];
  }
}
