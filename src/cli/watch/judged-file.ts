// A file on its way through the judgement: asked about, compared, decided by a rule. There are two rules: history-rule.ts for
// what git tracks, build-rule.ts for what a build makes.
import type { Said } from './need.js';
import type { ServerSources, TicketChange } from './server-versions.js';
import type { Decision, Version } from './three-way.js';

/** A file of the folder, as the judge is asked about it. */
export interface Asked {
  readonly file: string;
  /** What the server calls it. */
  readonly name: string;
  /** From the root of the repository. */
  readonly path: string;
  /** Changes with the file; undefined where it isn't here. */
  readonly mark: string | undefined;
}

export interface Compared extends Asked {
  readonly ours: Version;
  /** Undefined where production has the file, and nobody said which version that is. */
  readonly live: Version | undefined;
  /** The ticket's. */
  readonly change: TicketChange | undefined;
}

export interface Decided extends Compared {
  /** What our line of work began with. */
  readonly begun: Version;
  readonly decision: Decision;
  readonly said: Said;
}

/** Told of some files. */
export interface Told {
  readonly code: 'stale' | 'carries' | 'behind';
  readonly message: string;
}

export interface Rule {
  /** True where files are compared as they are, without the filters that git stores them through. */
  readonly isRaw: boolean;
  /** `isEmpty`: the folder has no modules at all. */
  decide(files: readonly Compared[], known: ServerSources, isEmpty: boolean): Promise<readonly Decided[]>;
  tell(judged: readonly Decided[], known: ServerSources): Promise<readonly Told[]>;
}

/** Of what production has already too: a map beside it may make another module of the same script. */
export function baseOf(decision: Decision, live: Version | undefined): Version | undefined {
  if (decision.kind === 'same') return live;
  return decision.kind === 'change' || decision.kind === 'stale' ? decision.base : undefined;
}
