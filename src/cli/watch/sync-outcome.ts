// What the uploads of one look at a folder came to, together.
import type { RefusedFile } from './kept-files.js';
import type { Delivered, Warning } from './sender.js';

export interface Outcome {
  /** Changes of the ticket, as the server calls their files. */
  readonly sent: string[];
  readonly gone: string[];
  /** Were sent, and are as production has them: no changes. */
  readonly live: string[];
  /** Their bytes stay; what is new is what they are based on, or which commit has them. */
  readonly rebased: string[];
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
  readonly live: string[] = [];
  readonly rebased: string[] = [];
  readonly withdrawn: string[] = [];
  readonly refused: RefusedFile[] = [];
  warnings: readonly Warning[] = [];
  isShared = false;

  add(delivered: Delivered, isShared: boolean): void {
    const live = new Set(delivered.live);
    for (const { name } of delivered.sent) (live.has(name) ? this.live : this.sent).push(name);
    this.rebased.push(...delivered.rebased.map(({ name }) => name));
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
