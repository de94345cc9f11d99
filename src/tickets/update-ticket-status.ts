// updateticketstatus: the call that CI tools and landers live on. The common case is one statement; a refusal, strict
// details, a failure report and an Idempotency-Key go through the transaction below, by the same rules.
import { Injectable } from '@nestjs/common';
import { asDomainError } from '../platform/database/database-error.js';
import { Db, type Tx } from '../platform/database/db.js';
import { invalid } from '../platform/errors.js';
import type { ObjectJson } from '../rest/object-json.js';
import {
  type Decision,
  type FieldValues,
  type ResourceRules,
  type Row,
  resourceNamed,
  type WriteContext,
} from '../rest/resource.js';
import { ResourceWriter } from '../rest/writing/resource-writer.js';
import type { FailureReport } from '../workflow/failure.js';
import { move, type Position, type WorkflowMode, type WorkState } from '../workflow/move.js';
import { subticketCompleteSql } from '../workflow/move-sql.js';
import { COMPLETE } from '../workflow/steps.js';
import { keepLog } from './keep-log.js';
import { reportOf } from './status-fields.js';
import { type StatusPatch, statusPatch } from './status-patch-sql.js';
import { accepted, moveEvent, workChanges, workStateOf } from './ticket-state.js';

@Injectable()
export class UpdateTicketStatus implements ResourceRules {
  private patch: StatusPatch | undefined;

  constructor(
    private readonly db: Db,
    private readonly writer: ResourceWriter,
  ) {}

  /** Locks, decides, writes and appends in one statement; undefined when nothing was done and a reason must be found. */
  async inOneStatement(
    id: number,
    given: FieldValues,
    ifMatch: number | undefined,
    context: WriteContext,
  ): Promise<ObjectJson | undefined> {
    if (reportOf(given)) return undefined;
    this.patch ??= statusPatch(resourceNamed('updateticketstatus'));
    const statement = this.patch(id, positionOf(given), ifMatch, context.actor);
    if (!statement) return undefined;
    try {
      const [row] = await this.db.write<ObjectJson>(statement);
      return row;
    } catch (error) {
      throw asDomainError(error);
    }
  }

  async decide(tx: Tx, before: Row, given: FieldValues): Promise<Decision> {
    const report = reportOf(given);
    if (report?.subticket !== undefined) await requireOwnSubticket(tx, before.id, report.subticket);
    const next = accepted(await this.move(tx, before, given, report));
    const set = workChanges(before, next);
    return { set, event: moveEvent(resourceNamed('ticket'), String(before.key), before, next, set) };
  }

  /** Keeps the log that a report names, with the subticket where it names one. */
  async afterWrite(
    tx: Tx,
    _before: Row | null,
    after: Row | null,
    given: FieldValues,
    context: WriteContext,
  ): Promise<void> {
    const report = reportOf(given);
    if (!after || !report?.log) return;
    const { log, code, subticket } = report;
    const owner = subticket === undefined ? { ticket: after.id } : { subticket };
    await keepLog(this.writer, tx, owner, { log, code }, context);
  }

  /** The state after what was asked, or undefined when nothing was; for `ticket` writes. Throws what the rules refuse. */
  async next(tx: Tx, before: Row, asked: FieldValues): Promise<WorkState | undefined> {
    return Object.keys(asked).length === 0 ? undefined : accepted(await this.move(tx, before, asked, undefined));
  }

  private async move(
    tx: Tx,
    before: Row,
    asked: FieldValues,
    report: FailureReport | undefined,
  ): Promise<ReturnType<typeof move>> {
    const to = positionOf(asked);
    const mode = await workflowModeOf(tx, before.project as number);
    const openSubtickets = mode === 'strict' && to.step === COMPLETE ? await openSubticketsOf(tx, before.id) : [];
    return move(workStateOf(before), to, { mode, openSubtickets, name: String(before.key) }, report);
  }
}

const positionOf = (given: FieldValues): Partial<Position> => ({
  step: given.current_workflow_step as number | undefined,
  status: given.status as number | undefined,
});

async function workflowModeOf(tx: Tx, project: number): Promise<WorkflowMode> {
  const [row] = await tx.run<{ mode: string | null }>({
    name: 'workflow_mode',
    text: "SELECT settings->>'workflow_mode' AS mode FROM project WHERE id = $1",
    values: [project],
  });
  return row?.mode === 'strict' ? 'strict' : 'free';
}

async function openSubticketsOf(tx: Tx, ticket: number): Promise<number[]> {
  const rows = await tx.run<{ id: number }>({
    text: `SELECT s.id FROM subticket s WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL AND NOT ${subticketCompleteSql('s')} ORDER BY s.id`,
    values: [ticket],
  });
  return rows.map((row) => row.id);
}

async function requireOwnSubticket(tx: Tx, ticket: number, subticket: number): Promise<void> {
  const [own] = await tx.run({
    text: 'SELECT 1 FROM subticket WHERE id = $1 AND ticket_id = $2',
    values: [subticket, ticket],
  });
  if (!own) throw invalid('subticket.not_of_ticket', `Subticket ${subticket} does not belong to this ticket.`);
}
