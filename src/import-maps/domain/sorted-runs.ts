// A sorted list of texts that is never changed: it is cut into runs, a changed list shares the runs that no change
// touches, and what was made of a run is kept with it. So a flip of one key in ten thousand writes a hundred anew.

export interface Run {
  /** Sorted by code units; never empty. */
  readonly texts: readonly string[];
  /** What was made of it last, and for what. */
  made?: { readonly what: string; readonly text: string };
}

const LENGTH = 128;

export class SortedRuns {
  private constructor(readonly runs: readonly Run[]) {}

  static of(texts: Iterable<string>): SortedRuns {
    return new SortedRuns(cut([...texts].sort()));
  }

  /** This list after some texts came or went: of those that are `touched` it has the ones of which `has` is true. */
  changed(touched: ReadonlySet<string>, has: (text: string) => boolean): SortedRuns {
    if (this.runs.length === 0) return SortedRuns.of([...touched].filter(has));
    const waiting = [...touched].sort();
    let next = 0;
    const runs = this.runs.flatMap((run, place) => {
      const end = this.runs[place + 1]?.texts[0];
      const from = next;
      while (next < waiting.length && (end === undefined || (waiting[next] as string) < end)) next++;
      if (from === next) return [run];
      const stay = run.texts.filter((text) => !touched.has(text));
      return cut([...stay, ...waiting.slice(from, next).filter(has)].sort());
    });
    return new SortedRuns(runs);
  }

  get texts(): string[] {
    return this.runs.flatMap((run) => run.texts);
  }
}

/** One run up to twice the length, so that a run that grows isn't cut again with each text. */
function cut(texts: readonly string[]): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (; texts.length - from > 2 * LENGTH; from += LENGTH) runs.push({ texts: texts.slice(from, from + LENGTH) });
  if (from < texts.length) runs.push({ texts: texts.slice(from) });
  return runs;
}

/** The text that `write` makes of a run, made once for the same `what`. */
export function madeOf(run: Run, what: string, write: () => string): string {
  if (run.made?.what !== what) run.made = { what, text: write() };
  return run.made.text;
}
