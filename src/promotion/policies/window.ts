// The policy `window`, asked: what the database's clock says of the rule's times.
import { inSlices } from '../../platform/in-slices.js';
import { utcSql } from '../../platform/database/time-sql.js';
import { Document } from '../../rest/fields/field-decorators.js';
import { lookingAt, WINDOW_CODES, type WindowTable, windowVerdict } from '../domain/window-policy.js';
import { windowFaults, windowTimesFaults } from '../domain/window-rule.js';
import { defineRulePolicy } from '../policy.js';

const EXAMPLE = {
  start: '2026-01-02T16:00',
  duration: 'P2DT16H',
  rrule: 'FREQ=WEEKLY;BYDAY=FR',
  timezone: 'Europe/Berlin',
  reason: 'No releases into the weekend',
};

const WINDOW = {
  type: 'object',
  description: 'A time, and how it recurs.',
  properties: {
    start: { type: 'string', description: 'A local date and time, `2026-12-24T18:00`.' },
    end: { type: 'string', description: 'A local date and time. Either this or `duration`.' },
    duration: { type: 'string', description: '`P2DT14H`, as iCalendar writes it; up to 366 days.' },
    rrule: { type: 'string', description: "`FREQ=WEEKLY;BYDAY=FR`: iCalendar's RRULE, up to daily." },
    timezone: { type: 'string', description: 'An IANA name, `Europe/Berlin`.' },
    reason: { type: 'string', description: 'Shown to people who wait. Required where the window closes.' },
    reverts: { type: 'boolean', description: 'True: reverts, rollbacks and hotfixes wait too.' },
  },
  required: ['start', 'timezone'],
};

/** What is wrong with the two lists is said of the rule as a whole. */
const windows = (help: string): PropertyDecorator =>
  Document(() => [], { help, shape: { type: 'array', items: WINDOW } });

class WindowRule {
  @windows('Times at which nothing goes to the stages. Either this or `open`.')
  closed: NonNullable<WindowTable['closed']>;

  @windows('Times at which alone something goes to the stages. Either this or `closed`.')
  open: NonNullable<WindowTable['open']>;
}

export const window = defineRulePolicy({
  name: 'window',
  about: 'The stage is open now, by the times of the rule.',
  codes: WINDOW_CODES,
  rule: {
    of: WindowRule,
    most: 3,
    example: { policy: 'window', name: 'no weekend', stages: ['prod'], closed: [EXAMPLE] },
    faults: (rule) => windowFaults(rule),
    slowFaults: (rule) => windowTimesFaults(rule as WindowTable),
  },
  async facts(sql, _promotion, rules) {
    const [found] = await sql.run<{ now: string }>({
      name: 'policy_clock',
      text: `SELECT ${utcSql('clock_timestamp()')} AS now`,
    });
    const now = new Date(found?.now ?? Number.NaN);
    for (const rule of rules) await inSlices(lookingAt(rule, now));
    return { now };
  },
  judge: ({ now }, rule, { ticket, to }) => {
    const facts = { stage: to?.name ?? '', project: ticket.project.name, rule, exempt: false, now };
    const { policy: _policy, ...verdict } = windowVerdict(facts, String(ticket.row.updated_at));
    return verdict;
  },
});
