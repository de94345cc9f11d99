// Who speaks, what a command is about, and what it came to.
import type { Principal } from '../platform/principal.js';
import type { NamedProject } from '../projects/stages/named-stage.js';

export interface Speaker {
  readonly actor: string;
  /** Whose scopes count. */
  readonly principal: Principal;
  /** The URL that the client calls us by, without a slash at its end. */
  readonly base: string;
}

/** What was said, and where: in a ticket's own place it needn't name the ticket. */
export interface Spoken {
  readonly text: string;
  readonly ticket: string | undefined;
  readonly project: string | undefined;
  /** For what was confirmed: the production release that it was shown with. */
  readonly release?: number | undefined;
}

/** What a command is about; its ticket, or else a project's stage. */
export interface Subject {
  readonly ticket?: { readonly id: number; readonly key: string; readonly stage: string | null };
  readonly project?: NamedProject;
  readonly stage?: string;
}

export interface Outcome {
  /** For people; the first one sums up. */
  readonly lines: readonly string[];
  /** For programs: what the same call of the API answers. */
  readonly result: object;
  /** True where production is no longer what it was, or may no longer be changed as it could be. */
  readonly production?: boolean;
  /** The production release that this was decided on, where it matters. */
  readonly release?: number;
}
