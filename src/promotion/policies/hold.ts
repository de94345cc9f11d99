// The policy `hold`, asked: whether somebody holds the ticket.
import { holdVerdict } from '../domain/hold-policy.js';
import { holdOf } from '../holds/held-rows.js';
import type { Policy } from '../policy.js';

export const hold: Policy = {
  name: 'hold',
  about: 'The ticket is not held.',
  overridable: false,
  async ask(sql, { ticket: { id, key, row }, base }) {
    const facts = { ticketKey: key, ticketId: id, hold: await holdOf(sql, { ticket: id }) };
    return [holdVerdict(facts, String(row.updated_at), base)];
  },
};
