// The record of where and why a ticket or a subticket failed (rest-api.md, section 1; promotion.md).

export const FAILURE_KINDS = ['product', 'infra', 'policy', 'conflict', 'timeout'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export interface Failure {
  /** `roll_up` when a subticket's failure moved the ticket; only that is undone by roll-up. */
  readonly cause: 'reported' | 'roll_up';
  /** Stable and the tool's own, `subticket.failed` for roll-up; null when it said none. */
  readonly code: string | null;
  readonly kind: FailureKind | null;
  /** What happened, in the tool's words; at most 500 characters. */
  readonly summary: string | null;
  /** The step at which it happened, as its number's text. */
  readonly step: string | null;
  /** The id of the subticket that failed, or null. */
  readonly subticket: number | null;
  /** A URL that shows it, or null. */
  readonly log: string | null;
  /** The failure that was reported at another step before roll-up failed the ticket; given back when roll-up undoes that. */
  readonly earlier?: Failure;
}

const KEYS = ['cause', 'code', 'kind', 'summary', 'step', 'subticket', 'log', 'earlier'];

/** Whether two records say the same, whatever the order of their keys: the database keeps its own. */
export const sameFailure = (one: Failure | null, other: Failure | null): boolean =>
  JSON.stringify(one, KEYS) === JSON.stringify(other, KEYS);

/** What a tool may say when it reports a failure; all of it optional. */
export interface FailureReport {
  readonly reason?: string;
  readonly code?: string;
  readonly kind?: FailureKind;
  readonly log?: string;
  readonly subticket?: number;
}

const NOTHING_KNOWN = { code: null, kind: null, summary: null, subticket: null, log: null };

/** The record for a report at a step; what the report leaves out keeps the earlier record's values. */
export function reportedFailure(step: number | null, report: FailureReport, earlier: Failure | null): Failure {
  const known = earlier ?? NOTHING_KNOWN;
  return {
    cause: 'reported',
    code: report.code ?? known.code,
    kind: report.kind ?? known.kind,
    summary: report.reason ?? known.summary,
    step: step === null ? null : String(step),
    subticket: report.subticket ?? known.subticket,
    log: report.log ?? known.log,
  };
}

/** The record of a ticket at `step` that failed because a subticket did. */
export function rolledUpFailure(
  step: number,
  subticket: { id: number; failure: Failure | null },
  earlier?: Failure,
): Failure {
  return {
    cause: 'roll_up',
    code: subticket.failure?.code ?? 'subticket.failed',
    kind: subticket.failure?.kind ?? null,
    summary: subticket.failure?.summary ?? `Subticket ${subticket.id} failed.`,
    step: String(step),
    subticket: subticket.id,
    log: subticket.failure?.log ?? null,
    ...(earlier ? { earlier } : {}),
  };
}
