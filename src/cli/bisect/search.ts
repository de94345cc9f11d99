// Which release broke it: halving between one that was good and one that is bad. Pure.

export interface Search {
  /** The newest that is known to be good. */
  readonly good: number;
  /** The oldest that is known to be bad. */
  readonly bad: number;
  /** Between them, and nobody can tell. */
  readonly skipped: ReadonlySet<number>;
}

export type Judgement = 'good' | 'bad' | 'skip';

/** The one to try next: nearest to the middle. Undefined where there is none left. */
export function nextToTry({ good, bad, skipped }: Search): number | undefined {
  const middle = (good + bad) / 2;
  const left = between(good, bad).filter((number) => !skipped.has(number));
  return left.sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle) || one - other)[0];
}

export function learn(search: Search, number: number, judgement: Judgement): Search {
  if (judgement === 'skip') return { ...search, skipped: new Set([...search.skipped, number]) };
  return { ...search, [judgement]: number };
}

/** Those that may have broken it; one where it was found. */
export const suspects = ({ good, bad }: Search): number[] => [...between(good, bad), bad];

/** How many tries are left, at most, where nothing is skipped. */
export const triesLeft = ({ good, bad }: Search): number => Math.ceil(Math.log2(Math.max(1, bad - good)));

const between = (good: number, bad: number): number[] =>
  Array.from({ length: Math.max(0, bad - good - 1) }, (_, index) => good + 1 + index);
