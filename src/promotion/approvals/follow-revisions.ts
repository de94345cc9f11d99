// What becomes of approvals when a ticket gets another revision. They are bound to one, so a new one has none; one with the modules
// of an earlier one has those of the earlier one.
import { appendEvent } from '../../log/append-event.js';
import { approvalsVoidedLine } from '../../log/lines/approval-lines.js';
import type { Tx } from '../../platform/database/db.js';
import type { CarryingTicket } from '../landings.js';

const asks = ({ rules }: Pick<CarryingTicket, 'rules'>): boolean => rules.some(({ policy }) => policy === 'approvals');

/** `ticket`: with the revision that has them; `to`: the number of the one with the same modules. */
export async function carryApprovals(tx: Tx, ticket: CarryingTicket, to: number): Promise<void> {
  if (!asks(ticket)) return;
  await tx.run({
    name: 'approval_carry',
    text: `INSERT INTO approval (ticket_id, stage, revision, kind, name, who, by, checked, at_stage, comment, created_at)
      SELECT ticket_id, stage, $3, kind, name, who, by, checked, at_stage, comment, created_at
      FROM approval WHERE ticket_id = $1 AND revision = $2 AND withdrawn_at IS NULL ORDER BY id`,
    values: [ticket.id, ticket.revisionNumber, to],
  });
}

/** Tells that the approvals of the revision before no longer count; nothing where there are none. `ticket`: as it was before. */
export async function voidApprovals(tx: Tx, ticket: CarryingTicket, actor: string): Promise<void> {
  if (!asks(ticket)) return;
  const [found] = await tx.run<{ by: string[] | null }>({
    name: 'approval_voided',
    text: `SELECT array_agg(DISTINCT a.by ORDER BY a.by) AS by FROM approval a
      WHERE a.ticket_id = $1 AND a.revision = $2 AND a.kind = 'approve' AND a.withdrawn_at IS NULL`,
    values: [ticket.id, ticket.revisionNumber],
  });
  if (!found?.by) return;
  await appendEvent(tx, {
    type: 'ticket.approvals_voided',
    // Besides the ticket's own event, which tells of the modules.
    subject: `approval/${ticket.id}/${ticket.revisionNumber}`,
    actor,
    project: ticket.project.id,
    ticket: ticket.id,
    subticket: null,
    ...(ticket.stage === null ? {} : { stage: ticket.stage }),
    version: null,
    line: approvalsVoidedLine(ticket.key, ticket.revisionNumber, found.by),
    data: { revision: ticket.revisionNumber, by: found.by },
  });
}
