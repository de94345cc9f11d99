// Releases that were heard of and aren't in memory yet: until they are, production is known as of the last word before them.

interface Gap {
  release: number;
  /** By steadyNow. */
  readonly since: number;
}

export class Behind {
  private readonly gaps = new Map<number, Gap>();

  /** `saidAt`: the link's last word before this one. */
  heard(project: number, release: number, saidAt: number): void {
    const gap = this.gaps.get(project);
    if (gap) gap.release = Math.max(gap.release, release);
    else this.gaps.set(project, { release, since: saidAt });
  }

  /** By when production of a project is known, where memory has release `known`; Infinity where it is behind nothing. */
  since(project: number, known: number): number {
    if (this.gaps.size === 0) return Infinity;
    const gap = this.gaps.get(project);
    if (!gap) return Infinity;
    if (gap.release > known) return gap.since;
    this.gaps.delete(project);
    return Infinity;
  }
}
