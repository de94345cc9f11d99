// What a policy says of a promotion (promotion.md, "Policies"), and in what order verdicts stand.
import { shell, shellQuoted } from '../../platform/shell-quote.js';
import { quoted } from '../../platform/redact.js';
import type { CodeOf } from '../../platform/refusals/refusals.js';

/** From best to worst; the worst decides. */
export const GRADES = [
  'pass',
  'pass_overridden',
  /** Clears by itself. */
  'waiting',
  'waiting_for_ticket',
  'needs_approval',
  /** Somebody must act. */
  'blocked',
  'failed',
  /** Ours, not theirs. */
  'error',
] as const;
export type Grade = (typeof GRADES)[number];

/** What an action does, in one word: a stage verb, or a look. */
export const ACTION_VERBS = [
  'approve',
  'history',
  'promote',
  'rebase',
  'reopen',
  'revert',
  'rollback',
  'stamp',
  'status',
  'subtickets',
  'subticket_status',
  'unhold',
  'unlock',
] as const;
export type ActionVerb = (typeof ACTION_VERBS)[number];

/** What somebody can do about it. */
export interface NextAction {
  /** An imperative, for people. */
  readonly label: string;
  readonly verb: ActionVerb;
  /** What the request sends; left out where it has no body. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The If-Match of the request, where it needs one. */
  readonly if_match?: string;
  /** A line for the shell that works when pasted. */
  readonly command: string;
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly href: string;
  /** The scope of the token that may. */
  readonly permission: string;
}

/** Of what passes; what doesn't has the code that it is refused with. */
export type PassCode =
  | 'conflicts.none'
  | 'imports.cut'
  | 'imports.known'
  | 'imports.resolved'
  | 'imports.unseen'
  | 'sources.built'
  | 'sources.dirty'
  | 'sources.not_compared'
  | 'stage.open'
  | 'steps.fine'
  | 'ticket.not_held';
export type VerdictCode = PassCode | CodeOf<'conflict'>;

export interface Verdict {
  readonly policy: string;
  /** The name of the rule that asked, where it has one. */
  readonly name?: string;
  readonly verdict: Grade;
  /** Stable, `conflicts.stale`. */
  readonly code: VerdictCode;
  /** At most 140 characters. */
  readonly summary: string;
  /** Who is to act: `you`, a name such as `TKT-9`, `upstream` or `infra`. */
  readonly actor: string;
  /** ISO 8601. */
  readonly since: string;
  /** When it clears, where that is known. */
  readonly until?: string;
  /** Who could clear it, at most five, and how many more. */
  readonly eligible?: readonly string[];
  readonly more_eligible?: number;
  readonly next_actions: readonly NextAction[];
}

/** Worst first; equally bad ones keep their order. */
export const worstFirst = (verdicts: readonly Verdict[]): Verdict[] =>
  [...verdicts].sort((one, other) => GRADES.indexOf(other.verdict) - GRADES.indexOf(one.verdict));

/** The one that decides; undefined where no policy was asked. */
export const worst = (verdicts: readonly Verdict[]): Verdict | undefined => worstFirst(verdicts)[0];

/** True where nothing stands in the way. */
export const allPass = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every(({ verdict }) => verdict === 'pass' || verdict === 'pass_overridden');

/** At most 140 characters, and never half of one at the end. */
export const summaryOf = (text: string): string => (text.length <= 140 ? text : `${quoted(text, 139)}…`);

/** A request as an action: the curl line is made of the same parts. `base` is the URL that the client calls us by. */
export function requestAction(
  label: string,
  permission: string,
  request: {
    readonly verb: ActionVerb;
    readonly method: NextAction['method'];
    readonly base: string;
    readonly path: string;
    readonly body?: Readonly<Record<string, unknown>>;
    /** The ETag that has to be named. */
    readonly ifMatch?: string;
  },
): NextAction {
  const { verb, method, base, path, body, ifMatch } = request;
  const command = [
    shell`curl --fail-with-body --request ${method}`,
    ...(ifMatch ? [`--header ${shellQuoted(`if-match: ${ifMatch}`)}`] : []),
    ...(body ? [`--header 'content-type: application/json' --data ${shellQuoted(JSON.stringify(body))}`] : []),
    shellQuoted(base + path),
  ].join(' ');
  const sent = { ...(body && { body }), ...(ifMatch !== undefined && { if_match: ifMatch }) };
  return { label, verb, ...sent, command, method, href: path, permission };
}
