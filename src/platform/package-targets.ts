// How `exports` and `imports` of a package.json are read: which target a name has by the conditions that hold in a browser, and what
// its stars stand for. Node's algorithm; see package-exports.ts, and package-limits.ts for how much there may be.
import { MOST_LENGTH } from './package-limits.js';

/** Conditions that hold in a browser that loads modules. Which of them decides is the package's order. */
const CONDITIONS: ReadonlySet<string> = new Set(['browser', 'module', 'import', 'default']);

/** Undefined: no condition holds. Null: it says that nobody may have it. */
export type Targets = readonly string[] | null | undefined;

/** What is read of them; no package has more. */
const MOST_PATTERNS = 50;
const MOST_TARGETS = 4;

/** Names with their targets, as `exports` and `imports` have them: one decides by itself, else the pattern that comes first. */
export class Entries {
  /** Those without a star. */
  readonly names: readonly string[];
  /** Those that decide first come first; see patternOrder. */
  readonly patterns: readonly string[];
  /** A pattern is asked for by thousands of names, and read once. */
  private readonly read = new Map<string, Targets>();

  constructor(private readonly all: ReadonlyMap<string, unknown>) {
    this.names = [...all.keys()].filter((key) => !isPattern(key));
    const patterns = [...all.keys()].filter((key) => key.split('*').length === 2);
    this.patterns = patterns.sort(patternOrder).slice(0, MOST_PATTERNS);
  }

  targets(key: string): Targets {
    if (!this.read.has(key)) this.read.set(key, targetsOf(this.all.get(key)));
    return this.read.get(key);
  }

  at(name: string): { readonly targets: Targets; readonly star?: string } {
    if (this.all.has(name) && !isPattern(name)) return { targets: this.targets(name) };
    for (const key of this.patterns) {
      const star = starIn(name, key);
      if (star !== undefined) return { targets: this.targets(key), star };
    }
    return { targets: undefined };
  }
}

const isPattern = (key: string): boolean => key.includes('*');

/** Node's PATTERN_KEY_COMPARE: the longest text before the star comes first, then the longest pattern. */
const patternOrder = (one: string, other: string): number =>
  other.indexOf('*') - one.indexOf('*') || other.length - one.length;

/** What the star of a pattern stands for in a subpath; undefined where it doesn't match. */
function starIn(subpath: string, pattern: string): string | undefined {
  const at = pattern.indexOf('*');
  return between(subpath, pattern.slice(0, at), pattern.slice(at + 1));
}

/** What stands between a beginning and an end; undefined where a text hasn't both, or nothing between them. */
const between = (text: string, start: string, end: string): string | undefined =>
  text.length > start.length + end.length && text.startsWith(start) && text.endsWith(end)
    ? text.slice(start.length, text.length - end.length)
    : undefined;

/** By the conditions that hold: a list of targets, null where it is forbidden, undefined where no condition holds. */
function targetsOf(target: unknown): Targets {
  if (target === null) return null;
  if (typeof target === 'string') return [target];
  if (typeof target !== 'object') return undefined;
  if (Array.isArray(target)) {
    const lists = target.map((one: unknown) => targetsOf(one)).filter((one) => one !== undefined);
    return lists.length > 0 && lists.every((one) => one === null)
      ? null
      : lists.flatMap((one) => one ?? []).slice(0, MOST_TARGETS);
  }
  for (const [condition, value] of Object.entries(target)) {
    if (!CONDITIONS.has(condition)) continue;
    const found = targetsOf(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As paths within the package; what leads out of it, or is no path, isn't one. */
export function pathsOf(targets: Targets, star?: string): string[] {
  return (targets ?? []).flatMap((target) => {
    const whole = star === undefined ? target : withStar(patternOf(target), star);
    if (!whole?.startsWith('./')) return [];
    const path = whole.slice(2);
    return path.split('/').some((part) => OUTSIDE.has(part)) ? [] : [path];
  });
}

/** `./x/` of old stands for what is below it. */
const patternOf = (target: string): string => (target.endsWith('/') ? `${target}*` : target);

const OUTSIDE: ReadonlySet<string> = new Set(['', '.', '..', 'node_modules']);

/** Undefined for what would be longer than any path or specifier may be. */
export function withStar(text: string, star: string): string | undefined {
  const parts = text.split('*');
  return text.length + (parts.length - 1) * (star.length - 1) > MOST_LENGTH ? undefined : parts.join(star);
}

/** What the star of a target stands for, for each file that it matches: the same wherever it stands in the target. */
export function starsOf(written: string, paths: ReadonlySet<string>): string[] {
  const target = patternOf(written).slice(2);
  const parts = target.split('*');
  const [start = ''] = parts;
  const [stars, fixed] = [parts.length - 1, target.length - (parts.length - 1)];
  if (!written.startsWith('./') || stars === 0) return [];
  const end = parts.at(-1) as string;
  return [...paths].flatMap((path) => {
    if (path.length <= fixed || !path.startsWith(start) || !path.endsWith(end)) return [];
    const star = path.slice(start.length, start.length + Math.floor((path.length - fixed) / stars));
    return withStar(target, star) === path ? [star] : [];
  });
}
