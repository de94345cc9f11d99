// A disk that hangs: one operation on one file waits until it is let go, before or after it takes effect. Nothing is imitated:
// the operation itself is the real one, done late or answered late.
import fs from 'node:fs/promises';

type Operation = 'link' | 'open' | 'rename' | 'rm' | 'unlink' | 'writeFile';
type Call = (...args: unknown[]) => Promise<unknown>;

export interface Hanging {
  /** Resolves when somebody waits for the operation. */
  readonly reached: Promise<void>;
  goOn(): void;
}

export class HungDisk {
  private readonly undo: (() => void)[] = [];

  /** The first of these operations whose first argument begins with `place` hangs; all others go on. */
  hang(operations: readonly Operation[], place: string, when: 'before' | 'after'): Hanging {
    const [reached, arrive] = signal();
    const [letGo, goOn] = signal();
    const disk = fs as unknown as Record<Operation, Call>;
    let isFree = true;
    for (const operation of operations) {
      const real = disk[operation];
      this.undo.push(() => (disk[operation] = real));
      disk[operation] = async (...args) => {
        if (!isFree || !String(args[0]).startsWith(place)) return real(...args);
        isFree = false;
        const done = when === 'after' ? await real(...args) : undefined;
        arrive();
        await letGo;
        return when === 'after' ? done : real(...args);
      };
    }
    return { reached, goOn };
  }

  /** Everything is as quick as it was. */
  end(): void {
    for (const undo of this.undo.splice(0).reverse()) undo();
  }
}

function signal(): [Promise<void>, () => void] {
  let send = (): void => undefined;
  const sent = new Promise<void>((resolve) => (send = resolve));
  return [sent, () => send()];
}
