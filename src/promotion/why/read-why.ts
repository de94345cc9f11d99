// GET ticket/<id>/why/ (promotion.md, section 5): what stands between a ticket and a stage, and what to do about it.
import { Injectable } from '@nestjs/common';
import { Db } from '../../platform/database/db.js';
import type { Sql } from '../../platform/database/statement.js';
import { firstStage } from '../../projects/stages/stage-order.js';
import { resourceNamed, uriOf } from '../../rest/resource.js';
import { allPass, type Verdict } from '../domain/verdict.js';
import { type CarryingTicket, Landings } from '../landings.js';
import { Policies } from '../policies.js';
import type { Promotion } from '../policy.js';
import { nextStage, stageAhead } from '../target-stage.js';

export interface Why {
  readonly ticket: string;
  readonly key: string;
  readonly stage: string | null;
  readonly closed: boolean;
  readonly next_stage: string | null;
  readonly release: number;
  /** The stage that the verdicts are about; null for a released ticket. */
  readonly to: string | null;
  readonly promotable: boolean;
  readonly ready: boolean;
  /** One sentence that is understood without the rest. */
  readonly headline: string;
  /** Worst first. */
  readonly verdicts: readonly Verdict[];
}

@Injectable()
export class ReadWhy {
  constructor(
    private readonly db: Db,
    private readonly landings: Landings,
    private readonly policies: Policies,
  ) {}

  /**
   * @param to a stage ahead; the next one where it is left out. A ticket without modules lands: it comes to the last one.
   * Rejects with not_found; conflict `stage.not_ahead`.
   */
  async run(id: number, base: string, to?: string, sql: Sql = this.db): Promise<Why> {
    const ticket = await this.landings.only.ticket(sql, id);
    const next = to === undefined ? nextStage(ticket) : stageAhead(ticket, to);
    const promotion = await this.landings.only.promotion(sql, ticket, next, base);
    const verdicts = await this.policies.ask(sql, promotion);
    const ready = !ticket.closed && next !== undefined && allPass(verdicts);
    return {
      ticket: uriOf(resourceNamed('ticket'), id),
      key: ticket.key,
      stage: ticket.stage,
      closed: ticket.closed,
      next_stage: ticket.stage === null ? firstStage(ticket.stages).name : (nextStage(ticket)?.name ?? null),
      release: ticket.release,
      to: next?.name ?? null,
      promotable: ready && ticket.stage !== null,
      ready,
      headline: headlineOf(ticket, next, verdicts),
      verdicts,
    };
  }
}

function headlineOf({ key, closed }: CarryingTicket, next: Promotion['to'], verdicts: readonly Verdict[]): string {
  if (closed) return `${key} is closed.`;
  if (next === undefined) return `${key} is released.`;
  const [worst] = verdicts;
  if (!worst || allPass(verdicts)) return `${key} is ready for ${next.name}.`;
  return worst.summary;
}
