// Where a text stops being JSON. JSON.parse says it in other words with each version of Node, and often not where.

export interface JsonFault {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?))/y;

/** What may come next, inside what is open: `{`, `[`, or nothing. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' | 'end';

const WORDS: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes, or }',
  colon: 'a colon',
  comma: 'a comma',
  end: 'nothing more',
};

/** A word or a number that something is written to is none. */
function wholeToken(text: string): RegExpExecArray | null {
  const found = TOKEN.exec(text);
  return found?.[3] !== undefined && /[\w.+-]/.test(text.charAt(TOKEN.lastIndex)) ? null : found;
}

/** Undefined for what is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  const open: string[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ;) {
    TOKEN.lastIndex = at;
    const found = wholeToken(text);
    const start = at + (/^[ \t\r\n]*/.exec(text.slice(at))?.[0].length ?? 0);
    if (!found) return start === text.length && expected === 'end' ? undefined : fault(text, start, expected, open);
    const next = after(expected, found, open);
    if (!next) return fault(text, start, expected, open);
    [expected, at] = [next, TOKEN.lastIndex];
  }
}

/** What may follow the token; undefined where the token itself may not stand here. Keeps `open`. */
function after(expected: Expected, [, sign, string]: RegExpExecArray, open: string[]): Expected | undefined {
  switch (expected) {
    case 'colon':
      return sign === ':' ? 'value' : undefined;
    case 'name':
    case 'name or }':
      if (string !== undefined) return 'colon';
      return sign === '}' && expected === 'name or }' ? closed(open) : undefined;
    case 'comma':
      return afterValueSign(sign, open);
    case 'end':
      return undefined;
    case 'value':
    case 'value or ]':
      return sign === ']' && expected === 'value or ]' ? closed(open) : opened(sign, open);
  }
}

/** A value, or the beginning of one. */
function opened(sign: string | undefined, open: string[]): Expected | undefined {
  if (sign === undefined) return valueDone(open);
  if (sign !== '{' && sign !== '[') return undefined;
  open.push(sign);
  return sign === '{' ? 'name or }' : 'value or ]';
}

function afterValueSign(sign: string | undefined, open: string[]): Expected | undefined {
  const inside = open.at(-1);
  if (sign === ',') return inside === '{' ? 'name' : 'value';
  return sign === (inside === '{' ? '}' : ']') ? closed(open) : undefined;
}

function closed(open: string[]): Expected {
  open.pop();
  return valueDone(open);
}

const valueDone = (open: readonly string[]): Expected => (open.length > 0 ? 'comma' : 'end');

function fault(text: string, at: number, expected: Expected, open: readonly string[]): JsonFault {
  const before = text.slice(0, at);
  const there = text.slice(at, at + 20).split(/\s/)[0] ?? '';
  const close = open.at(-1) === '{' ? '}' : ']';
  const wanted = expected === 'comma' ? `a comma or ${close}` : WORDS[expected];
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    what: `${wanted} was expected, not ${there === '' ? 'the end' : there}`,
  };
}
