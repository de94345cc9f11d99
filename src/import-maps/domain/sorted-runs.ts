// A sorted list of texts that is never changed: it is cut into runs, a changed list shares the runs that no change
// touches, and what was made of a run is kept with it. So a flip of one key in ten thousand writes a hundred anew.

import type { Sliced } from '../../platform/sliced.js';

export interface Run {
  /** Sorted by code units; never empty. */
  readonly texts: readonly string[];
  /** What was made of it last, and for what. */
  made?: { readonly what: string; readonly text: string };
}

const LENGTH = 128;
/** So many runs are gone through before others have a turn. */
export const RUNS = 16;

export class SortedRuns {
  private constructor(readonly runs: readonly Run[]) {}

  static of(texts: Iterable<string>): SortedRuns {
    return new SortedRuns(cut([...texts].sort()));
  }

  /** This list after some texts came or went: of those that are `touched` it has the ones of which `has` is true. */
  *changing(touched: ReadonlySet<string>, has: (text: string) => boolean): Sliced<SortedRuns> {
    const waiting = [...touched].sort();
    if (this.runs.length === 0) return new SortedRuns(cut(waiting.filter(has)));
    let next = 0;
    const runs: Run[] = [];
    for (const [place, run] of this.runs.entries()) {
      if (place % RUNS === RUNS - 1) yield;
      const end = this.runs[place + 1]?.texts[0];
      const from = next;
      while (next < waiting.length && (end === undefined || (waiting[next] as string) < end)) next++;
      const stay = from === next ? [] : run.texts.filter((text) => !touched.has(text));
      if (from === next) runs.push(run);
      else for (const one of cut([...stay, ...waiting.slice(from, next).filter(has)].sort())) runs.push(one);
    }
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
