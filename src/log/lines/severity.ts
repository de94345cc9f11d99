// How loud an event is, by its type: info is the ordinary course, warn is what somebody should see soon, error is what stops
// a change. What a move comes to depends on where it leads; the writer knows.

import { OWN_TYPES, type Severity } from './event-types.js';

export type { Severity } from './event-types.js';

/** Of the server's own types; what comes from outside says it by itself. */
export const severityOf = (type: string): Severity => OWN_TYPES.get(type) ?? 'info';

/** A move to Failed, or to status 999, is an error; a change that leaves a failed one where it is, is not. */
export const moveSeverity = (what: 'step_changed' | 'status_changed' | 'changed', failed: boolean): Severity =>
  failed && what !== 'changed' ? 'error' : 'info';
