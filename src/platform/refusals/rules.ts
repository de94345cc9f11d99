// Which of the 409s are a rule that says no, until somebody changes what it looks at: the command exits with 3 for them. Any other
// one means that another request was first, and a look at what is there now helps: 6.
import type { CodeOf } from './refusals.js';

const RULES = [
  'conflicts.overlap',
  'conflicts.stale',
  'hold.endless',
  'imports.unresolved',
  'modules.overlap',
  'project.default_stays',
  'project.modules_urls_full',
  'project.stage_in_use',
  'release.contains_reverted',
  'revert.has_dependents',
  'stage.locked',
  'stage.not_production',
  'steps.subticket_failed',
  'steps.subticket_unfinished',
  'steps.ticket_failed',
  'ticket.closed',
  'ticket.complete',
  'ticket.frozen',
  'ticket.held',
  'ticket.released',
  'ticket.unstamped',
  'workflow.complete',
  'workflow.skips_steps',
  'workflow.subtickets_open',
] as const satisfies readonly CodeOf<'conflict'>[];

const KNOWN: ReadonlySet<string> = new Set(RULES);

export const isRule = (code: string): boolean => KNOWN.has(code);
