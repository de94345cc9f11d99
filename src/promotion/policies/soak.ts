// The policy `soak`, asked: since when the ticket is at its stage as it is. The log knows; what is longer ago than it remembers
// (7 days at least) is long enough.
import { Text, Whole } from '../../rest/fields/field-decorators.js';
import { utcSql } from '../../platform/database/time-sql.js';
import { type SoakFacts, soakVerdict } from '../domain/soak-policy.js';
import { defineRulePolicy } from '../policy.js';

const LONGEST_MINUTES = 7 * 24 * 60;
/** What brings a ticket to a stage, or changes what it carries there. */
const CHANGES = [
  'ticket.stamped',
  'ticket.modules_changed',
  'ticket.rebased',
  'ticket.promoted',
  'ticket.reverted',
  'ticket.suspended',
];

class SoakRule {
  @Whole({ min: 1, max: LONGEST_MINUTES, help: 'How long, in minutes; a week at most.', required: true })
  minutes: number;

  @Text({ max: 32, help: 'The stage that it has to be at. Left out, the one before.' })
  at: string;
}

export const soak = defineRulePolicy({
  name: 'soak',
  about: 'The ticket has been at the stage before for so long, unchanged.',
  codes: {
    'soak.over': 'The ticket has been at its stage for long enough.',
    'soak.waiting': 'The ticket has not been at its stage for long enough yet.',
  },
  rule: {
    of: SoakRule,
    example: { policy: 'soak', stages: ['prod'], minutes: 30 },
    faults: ({ at, stages: of }, stages) => {
      if (at === undefined) return [];
      const before = stages.filter((_, index) => of === 'all' || of.includes(stages[index + 1]?.name ?? ''));
      return before.some(({ name }) => name === at)
        ? []
        : [`at is the stage before one of the rule's stages: ${before.map(({ name }) => name).join(', ')}.`];
    },
  },
  async facts(sql, { ticket }): Promise<SoakFacts> {
    const [found] = await sql.run<{ since: string | null; now: string; stepped: number }>({
      name: 'ticket_at_its_stage',
      text: `SELECT ${utcSql('clock_timestamp()')} AS now, ${utcSql('c.since')} AS since,
          COALESCE((SELECT sum(k.seconds) FROM clock_step k WHERE k.seconds > 0 AND k.at > c.since), 0) AS stepped
        FROM (SELECT (SELECT e.time FROM event e WHERE e.ticket_id = $1 AND e.type = ANY($2::text[])
          ORDER BY e.id DESC LIMIT 1) AS since) c`,
      values: [ticket.id, CHANGES],
    });
    const { since = null, now = '', stepped = 0 } = found ?? {};
    return { ticketKey: ticket.key, stage: ticket.stage, since, now, stepped };
  },
  judge: (facts, { minutes = 0 }) => soakVerdict(facts, minutes),
});
