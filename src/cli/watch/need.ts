// What has to be sent, so that a ticket has a file as it was decided (three-way.ts), beside what the ticket has already.
import type { TicketChange } from './server-versions.js';
import type { Decision, Version } from './three-way.js';

/** What goes with a file, or in place of it. */
export interface Said {
  /** git's id of what is here; undefined where git didn't say. */
  readonly source?: string | undefined;
  /** The version that it was made from; null: none. Undefined where nothing is said of that. */
  readonly base?: Version | undefined;
  /** It is in no commit; of a build, something was in none. */
  readonly dirty: boolean;
  /** The commit that a build made it from. */
  readonly built?: string | undefined;
}

/** `rebased`: its bytes are there, and stay on another base. `unknown`: its bytes are compared with what was sent before. */
export type Need = 'send' | 'gone' | 'rebased' | 'unchanged' | 'unknown';

/** In place of a version: the file's deletion. */
export const GONE = 'gone';

interface Decided {
  readonly ours: Version;
  readonly begun: Version;
  readonly live: Version | undefined;
  readonly decision: Decision;
  readonly said: Said;
}

interface Had {
  /** The ticket's. */
  readonly change: TicketChange | undefined;
  /** It is of a version that was here; else it may be a colleague's, and is left to them. */
  readonly isMine: boolean;
  /** What a rebase gave up. */
  readonly givenUp: string | undefined;
}

/** True where a change of a ticket makes a file so. */
export const isVersion = (change: TicketChange, version: Version): boolean =>
  change.deleted === (version === null) && change.source === version;

/** True where the ticket knows of a change where it comes from. */
const isMarked = (change: TicketChange, { dirty, built }: Said): boolean =>
  change.dirty === dirty && change.built === (built ?? null);

/** Undefined: nothing. */
export function needOf(file: Decided, had: Had): Need | undefined {
  const { ours, decision } = file;
  const { change, isMine } = had;
  if (decision.kind === 'unknown') return ours !== null && isAnew(file, change) ? 'send' : 'unknown';
  if (decision.kind === 'change' || decision.kind === 'stale')
    return isOthers(file, had) ? undefined : needOfChange(file, change);
  if (!isMine) return undefined;
  if (decision.kind === 'left') return needOfLeft(file, change);
  return decision.kind === 'same' && isOnLive(file, change) ? undefined : 'unchanged';
}

/** A colleague sent it, or a rebase gave it up. */
function isOthers({ ours, begun, decision }: Decided, { change, isMine, givenUp }: Had): boolean {
  if (change) return !isMine && ours === begun;
  return decision.kind === 'stale' && givenUp === (ours ?? GONE);
}

/** The ticket has this version, and doesn't know where it comes from. */
const isAnew = ({ ours, said }: Decided, change: TicketChange | undefined): boolean =>
  change !== undefined && isVersion(change, ours) && !isMarked(change, said);

/** What the trunk has meanwhile is for the ticket to release that has it: this one, where it has just this. */
function needOfLeft({ ours, said }: Decided, change: TicketChange | undefined): Need | undefined {
  if (!change || !isVersion(change, ours)) return 'unchanged';
  if (isMarked(change, said)) return undefined;
  return change.compared ? 'rebased' : ours === null ? 'gone' : 'send';
}

/** A map beside a script may make another module of the version that production has. */
const isOnLive = ({ ours, live }: Decided, change: TicketChange | undefined): boolean =>
  change !== undefined && isVersion(change, ours) && change.base === live;

function needOfChange({ ours, decision, said }: Decided, change: TicketChange | undefined): Need | undefined {
  const whole = ours === null ? 'gone' : 'send';
  if (!change || !isVersion(change, ours)) return whole;
  const isSame = isMarked(change, said);
  // What stays on its base, whichever that is, comes with its bytes to be marked.
  if (said.base === undefined) return isSame ? undefined : whole;
  if (decision.kind === 'stale') return change.state === 'stale' && isSame ? undefined : 'rebased';
  const isKept = change.compared && change.base === said.base && change.state !== 'stale';
  return isKept && isSame ? undefined : 'rebased';
}
