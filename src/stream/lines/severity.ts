// How loud an event is, by its type: info is the ordinary course, warn is what somebody should see soon, error is what stops
// a change. What a move comes to depends on where it leads; the writer knows.

export type Severity = 'info' | 'warn' | 'error';

/** Everything that isn't listed is info. */
const LOUDER: Readonly<Record<string, Severity>> = {
  'ticket.reverted': 'warn',
  'ticket.held': 'warn',
  'release.rolled_back': 'warn',
  'stage.locked': 'warn',
  'command.refused': 'warn',
};

export const severityOf = (type: string): Severity => LOUDER[type] ?? 'info';

/** A move to Failed, or to status 999, is an error; a change that leaves a failed one where it is, is not. */
export const moveSeverity = (what: 'step_changed' | 'status_changed' | 'changed', failed: boolean): Severity =>
  failed && what !== 'changed' ? 'error' : 'info';
