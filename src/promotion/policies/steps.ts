// The policy `steps`, asked: how far the ticket's work and its live subtickets are.
import { workStateOf } from '../../tickets/ticket-state.js';
import { isFailed } from '../../workflow/move.js';
import { type StepsFacts, stepsVerdict } from '../domain/steps-policy.js';
import type { Policy } from '../policy.js';

interface LiveSubticket {
  id: number;
  name: string | null;
  step: number;
  status: number;
}

export const steps: Policy = {
  name: 'steps',
  about: 'The ticket is not failed, and no live subticket is failed or unfinished.',
  overridable: true,
  async ask(sql, { ticket, base }) {
    const rows = await sql.run<LiveSubticket>({
      name: 'live_subtickets_named',
      text: `SELECT s.id, p.name, s.current_workflow_step AS step, s.status FROM subticket s
          LEFT JOIN spu u ON u.id = s.source_package_upload_id LEFT JOIN sourcepackage p ON p.id = u.sourcepackage_id
        WHERE s.ticket_id = $1 AND s.superseded_by_id IS NULL ORDER BY s.id`,
      values: [ticket.id],
    });
    const now = workStateOf(ticket.row);
    const facts: StepsFacts = {
      ticketKey: ticket.key,
      ticketId: ticket.id,
      failed: isFailed(now),
      failure: now.failure,
      subtickets: rows.map((row) => ({ ...row, name: row.name ?? `subticket ${row.id}`, failed: isFailed(row) })),
    };
    return [stepsVerdict(facts, String(ticket.row.step_entered_at), base)];
  },
};
