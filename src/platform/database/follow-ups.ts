// What follows a transaction in this process: caches and listeners learn of a change when its COMMIT was answered, and of nothing
// that was rolled back, retried or undone. Registered where the change is made, by tx.afterCommit.

interface FollowUp {
  readonly committed: () => void;
  readonly unknown: (() => void) | undefined;
}

/** Of one attempt at one transaction: a retry has its own. */
export class FollowUps {
  private readonly all: FollowUp[] = [];

  add(committed: () => void, unknown?: () => void): void {
    this.all.push({ committed, unknown });
  }

  /** What `undoTo` brings back: everything that is registered afterwards is forgotten. */
  get mark(): number {
    return this.all.length;
  }

  undoTo(mark: number): void {
    this.all.length = mark;
  }

  /** The COMMIT was answered. In the order in which they were registered, each once. */
  committed(): void {
    for (const { committed } of this.all.splice(0)) inform(committed);
  }

  /** The answer to the COMMIT was lost: what was changed may be so or not. */
  unknown(): void {
    for (const { unknown } of this.all.splice(0)) if (unknown) inform(unknown);
  }
}

/** The change is made: what fails here can't refuse it any more. */
function inform(followUp: () => void): void {
  try {
    followUp();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
