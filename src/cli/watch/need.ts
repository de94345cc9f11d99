// What has to be sent, so that a ticket has a file as it was decided (three-way.ts), beside what the ticket has already.
import type { TicketChange } from './server-versions.js';
import type { Decision, Version } from './three-way.js';

/** What goes with a file, or in place of it. */
export interface Said {
  /** git's id of what is here; undefined where git didn't say. */
  readonly source?: string | undefined;
  /** The version that it was made from; null: none. Undefined where nothing is said of that. */
  readonly base?: Version | undefined;
  /** It is in no commit. */
  readonly dirty: boolean;
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

/** Undefined: nothing. */
export function needOf(file: Decided, had: Had): Need | undefined {
  const { ours, begun, decision } = file;
  const { change, isMine, givenUp } = had;
  if (decision.kind === 'unknown') return 'unknown';
  if (decision.kind === 'left') return isMine ? 'unchanged' : undefined;
  if (decision.kind === 'same') return isMine && !isOnLive(file, change) ? 'unchanged' : undefined;
  if (change && !isMine && ours === begun) return undefined;
  if (decision.kind === 'stale' && !change && givenUp === (ours ?? GONE)) return undefined;
  return needOfChange(file, change);
}

/** A map beside a script may make another module of the version that production has. */
const isOnLive = ({ ours, live }: Decided, change: TicketChange | undefined): boolean =>
  change !== undefined && isVersion(change, ours) && change.base === live;

function needOfChange({ ours, decision, said }: Decided, change: TicketChange | undefined): Need | undefined {
  if (!change || !isVersion(change, ours)) return ours === null ? 'gone' : 'send';
  if (said.base === undefined) return undefined;
  const isMarked = change.dirty === said.dirty;
  if (decision.kind === 'stale') return change.state === 'stale' && isMarked ? undefined : 'rebased';
  const isKept = change.compared && change.base === said.base && change.state !== 'stale';
  return isKept && isMarked ? undefined : 'rebased';
}
