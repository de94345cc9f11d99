// What the uploads of one look at a folder came to, together.
import type { Delivered, RefusedFile, Warning } from './sender.js';

export interface Outcome {
  /** What the server calls them. */
  readonly sent: string[];
  readonly gone: string[];
  /** No changes of the ticket any more. */
  readonly withdrawn: string[];
  readonly refused: RefusedFile[];
  readonly warnings: readonly Warning[];
  /** Somebody else changed the ticket's modules meanwhile. */
  readonly isShared: boolean;
}

export class Collected implements Outcome {
  readonly sent: string[] = [];
  readonly gone: string[] = [];
  readonly withdrawn: string[] = [];
  readonly refused: RefusedFile[] = [];
  warnings: readonly Warning[] = [];
  isShared = false;

  add(delivered: Delivered, isShared: boolean): void {
    this.sent.push(...delivered.sent.map(({ name }) => name));
    const gone = [...delivered.gone, ...delivered.unchanged.filter(({ isGone }) => isGone)].map(({ name }) => name);
    // A deletion that somebody said may be the withdrawal of a change, too.
    this.gone.push(...new Set(gone.filter((name) => !this.gone.includes(name))));
    this.withdrawn.push(...delivered.unchanged.filter(({ isGone }) => !isGone).map(({ name }) => name));
    this.refused.push(...delivered.refused);
    this.isShared ||= isShared;
    if (delivered.revisions.length > 0) this.warnings = [...this.warnings.filter(isLasting), ...delivered.warnings];
  }
}

/** An upload's warnings are about all that the ticket has; what an earlier one missed may have come with a later. */
const isLasting = ({ code }: Warning): boolean => code === 'outside';
