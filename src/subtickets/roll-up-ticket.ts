// Brings a ticket to what its subtickets say, in their transaction. Called with the ticket locked.
import type { Tx } from '../platform/database/db.js';
import { resourceNamed, type Row, type WriteContext } from '../rest/resource.js';
import { lockSql, updateSql } from '../rest/writing/row-sql.js';
import { moveEvent, workChanges, workStateOf } from '../tickets/ticket-state.js';
import { type LiveSubticket, rollUp } from '../workflow/roll-up.js';

export async function rollUpTicket(tx: Tx, id: number, context: WriteContext): Promise<void> {
  const ticket = resourceNamed('ticket');
  const [found] = await tx.run<{ row: Row }>({ text: lockSql(ticket), values: [id] });
  if (!found) return; // The ticket is being deleted with its subtickets.
  const live = await tx.run<LiveSubticket>({
    name: 'live_subtickets',
    text: 'SELECT id, current_workflow_step AS step, status, failure FROM subticket WHERE ticket_id = $1 AND superseded_by_id IS NULL ORDER BY id',
    values: [id],
  });
  const next = rollUp(workStateOf(found.row), live);
  const set = workChanges(found.row, next);
  if (Object.keys(set).length === 0) return;
  const event = moveEvent(ticket, String(found.row.key), found.row, next, set);
  await tx.run(updateSql(ticket, id, set, { ...event, data: { ...event.data, cause: 'roll_up' } }, context.actor));
}
